-- name: third_party
-- purpose: how far reservations were looked at for content in datasets of third parties
-- grain: one row
-- needs: optout_documents sources
-- columns:
--   datasets: datasets of third parties, collected for training
--   documents: their documents with a web address
--   looked_at: of these, documents for which a look at a protocol was in force
--   reserved: documents with a reservation
--   reserved_dropped: of these, documents kept out of training
SELECT
    (
        SELECT count(DISTINCT dataset) FROM sources
        WHERE acquisition IN ('public_dataset', 'private_third_party') AND used_for_weight_update
            AND stage NOT IN ('evaluation', 'validation')
    ) AS datasets,
    count(*) FILTER (o.state <> 'not_applicable') AS documents,
    count(*) FILTER (o.state NOT IN ('not_applicable', 'unknown', 'error')) AS looked_at,
    count(*) FILTER (o.state = 'reserved') AS reserved,
    count(*) FILTER (o.state = 'reserved' AND NOT o.kept) AS reserved_dropped
FROM optout_documents AS o
JOIN sources AS s USING (source_id)
WHERE o.trains AND s.acquisition IN ('public_dataset', 'private_third_party');
