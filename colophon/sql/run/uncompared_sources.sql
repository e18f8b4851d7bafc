-- name: uncompared_sources
-- purpose: how many training shards an evaluation source was not looked for in
-- grain: one row per evaluation source
-- needs: uncompared shards
-- columns:
--   eval_source_id: evaluation source
--   shards: training shards
--   bytes: their bytes
SELECT u.eval_source_id, count(*) AS shards, CAST(sum(t.size_bytes) AS BIGINT) AS bytes
FROM uncompared u JOIN shards t ON t.shard_id = u.shard_id
GROUP BY u.eval_source_id
