-- name: mixed_grains
-- purpose: sources that the log names in several ways for a checkpoint
-- grain: one row per source and checkpoint
-- needs: resolved sources
-- columns:
--   lines: lines
--   grains: ways
--   name: source
--   checkpoint: checkpoint
SELECT list(r.line ORDER BY r.line) AS lines, list(r.grain ORDER BY r.line) AS grains, s.name, r.checkpoint
FROM (SELECT checkpoint, source_id, grain, min(line) AS line FROM resolved GROUP BY ALL) AS r
JOIN sources AS s USING (source_id)
GROUP BY s.name, r.checkpoint HAVING count(*) > 1
ORDER BY lines LIMIT 1000
