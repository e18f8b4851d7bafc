-- name: uncompared_ids
-- purpose: training shards in which some evaluation documents were not looked for, ascending
-- grain: one row per shard
-- needs: uncompared
-- columns:
--   shard_id: training shard
SELECT DISTINCT shard_id FROM uncompared ORDER BY shard_id
