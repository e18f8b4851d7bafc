-- name: shards
-- purpose: what two records are compared by, file by file
-- grain: one row per shard
-- needs: shards sources
-- columns:
--   item: source, path and range of the shard
--   sha256: hash of what was read
--   rows_read: rows met
--   documents: rows that gave a document
--   rejects: rows that gave none
SELECT
    concat_ws(' ', s.name, h.path, h.range_start, h.range_end) AS item,
    h.sha256,
    h.rows_read,
    h.documents,
    h.rejects
FROM shards AS h
LEFT JOIN sources AS s USING (source_id)
ORDER BY item
