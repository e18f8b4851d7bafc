-- name: third_party
-- purpose: how far reservations were looked at for content in datasets of third parties
-- grain: one row
-- needs: optout_documents sources
-- columns:
--   datasets: datasets of third parties, collected for training
--   looked_at_percent: part of their documents with an address for which a look is in force, in percent, rounded down
--   reserved: documents with a reservation
--   reserved_dropped: of these, documents kept out of training
SELECT
    (
        SELECT count(DISTINCT dataset) FROM sources
        WHERE acquisition IN ('public_dataset', 'private_third_party') AND used_for_weight_update
            AND stage NOT IN ('evaluation', 'validation')
    ) AS datasets,
    100 * count(*) FILTER (o.state NOT IN ('not_applicable', 'unknown', 'error'))
        // nullif(count(*) FILTER (o.state <> 'not_applicable'), 0) AS looked_at_percent,
    count(*) FILTER (o.state = 'reserved') AS reserved,
    count(*) FILTER (o.state = 'reserved' AND NOT o.kept) AS reserved_dropped
FROM optout_documents AS o
JOIN sources AS s USING (source_id)
WHERE o.trains AND s.acquisition IN ('public_dataset', 'private_third_party');
