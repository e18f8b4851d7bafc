-- name: named_shards
-- purpose: shards that the log names, with the source if it names one
-- grain: one row per shard and source as named
-- needs: log
-- columns:
--   source: source as named
--   shard: shard as named
--   line: first line
SELECT source, shard, min(line) AS line FROM log WHERE shard IS NOT NULL GROUP BY ALL
