-- name: reject_reasons
-- purpose: rows that gave no document, by source and reason
-- grain: one row per source, reason and detail
-- needs: rejects shards sources
-- columns:
--   source_id: number of the source
--   source [authority]: name of the source
--   reason: why the row gave no document
--   detail: a code that says more
--   rows [authority]: rows rejected
--   share [authority]: part of the rows read from the source
WITH read AS (
    SELECT source_id, sum(rows_read) AS rows_read
    FROM shards
    GROUP BY source_id
)
SELECT
    s.source_id,
    s.name AS source,
    r.reason,
    r.detail,
    count(*) AS rows,
    count(*) / nullif(any_value(read.rows_read), 0) AS share
FROM rejects AS r
JOIN shards AS h USING (shard_id)
JOIN sources AS s USING (source_id)
JOIN read USING (source_id)
GROUP BY s.source_id, s.position, s.name, r.reason, r.detail
ORDER BY s.position, rows DESC, r.reason, r.detail
