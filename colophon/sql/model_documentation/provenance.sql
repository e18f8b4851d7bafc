-- name: provenance
-- purpose: where the data used for training, validation and testing comes from, as boxes
-- grain: one row per kind of provenance
-- needs: documents_used
-- columns:
--   provenance: web_crawling, private_third_party, user_data, public_dataset, synthetic or other_means
--   ticked: whether used content of this kind is in the record
--   sources: sources of this kind with used content
--   contradicts_no: the same as ticked
WITH used AS (
    SELECT
        source_id,
        CASE
            WHEN acquisition IN ('crawled_own', 'crawled_on_behalf') THEN 'web_crawling'
            WHEN acquisition IN ('licensed_commercial', 'private_third_party') THEN 'private_third_party'
            WHEN acquisition IN ('user_model_interaction', 'user_other_service') THEN 'user_data'
            WHEN acquisition = 'public_dataset' THEN 'public_dataset'
            WHEN acquisition IN ('synthetic_own', 'synthetic_on_behalf') THEN 'synthetic'
            ELSE 'other_means'
        END AS provenance
    FROM documents_used
    GROUP BY ALL
)
SELECT kinds.provenance, count(used.source_id) > 0 AS ticked, count(used.source_id) AS sources,
    ticked AS contradicts_no
FROM (
    VALUES
        ('web_crawling', 0), ('private_third_party', 1), ('user_data', 2), ('public_dataset', 3), ('synthetic', 4),
        ('other_means', 5)
) AS kinds(provenance, place)
LEFT JOIN used USING (provenance)
GROUP BY kinds.provenance, kinds.place
ORDER BY kinds.place;
