-- name: repeated_rows
-- purpose: rows that say of the same twice
-- grain: one row per pair of lines
-- needs: resolved sources
-- columns:
--   first: line
--   second: line
--   grain: document, shard or source
--   name: source
--   checkpoint: checkpoint
SELECT r.first, r.second, r.grain, s.name, r.checkpoint
FROM (
    SELECT checkpoint, source_id, shard_id, doc_id, grain, min(line) AS first, max(line) AS second
    FROM resolved GROUP BY ALL HAVING count(*) > 1
) AS r JOIN sources AS s USING (source_id)
ORDER BY r.first, r.second LIMIT 1000
