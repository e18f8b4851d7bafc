-- name: divided_tokens
-- purpose: rows whose tokens would have to be divided among shards
-- grain: one row per row
-- needs: resolved
-- columns:
--   line: line of the log
--   shards: how many shards
SELECT line, count(*) AS shards FROM resolved
WHERE shard_id IS NOT NULL AND tokens IS NOT NULL
GROUP BY line HAVING count(*) > 1 ORDER BY line LIMIT 1000
