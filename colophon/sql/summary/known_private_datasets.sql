-- name: known_private_datasets
-- purpose: private datasets that the corpus file marks as publicly known
-- grain: one row per dataset
-- needs: documents_training sources
-- columns:
--   dataset: name of the dataset
--   link: homepage
--   contradicts_no: true: there is something to name
SELECT dataset, string_agg(DISTINCT homepage, ', ' ORDER BY homepage) AS link, true AS contradicts_no
FROM sources
WHERE acquisition = 'private_third_party' AND publicly_known
    AND source_id IN (SELECT source_id FROM documents_training)
GROUP BY dataset
ORDER BY dataset;
