-- name: uncompared
-- purpose: rows of the table uncompared_shards: training shards in which evaluation documents were not looked for
-- grain: one row per shard and evaluation source
-- needs: shards roles compared evaluated_shards
-- columns:
--   shard_id: training shard
--   eval_source_id: evaluation source
SELECT t.shard_id, e.source_id AS eval_source_id
FROM shards t
JOIN roles r ON r.source_id = t.source_id AND r.trains
LEFT JOIN compared c ON c.shard_id = t.shard_id
JOIN (SELECT source_id, max(generation) AS generation FROM evaluated_shards GROUP BY source_id) e
    ON e.generation > coalesce(c.through, 0)
WHERE t.role = 'documents' AND t.documents > 0
