-- name: documents_once
-- purpose: documents that appear more than once, or without a shard or source; must be empty
-- grain: one row per document id at fault
-- needs: documents shards sources
-- columns:
--   doc_id: document
--   times: how often it appears
--   without_shard: whether its shard is missing
--   without_source: whether its source is missing
SELECT
    d.doc_id,
    count(*) AS times,
    bool_or(h.shard_id IS NULL) AS without_shard,
    bool_or(s.source_id IS NULL) AS without_source
FROM documents AS d
LEFT JOIN shards AS h USING (shard_id)
LEFT JOIN sources AS s ON s.source_id = d.source_id
GROUP BY d.doc_id
HAVING count(*) > 1 OR bool_or(h.shard_id IS NULL) OR bool_or(s.source_id IS NULL)
