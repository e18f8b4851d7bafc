-- name: unknown_sources
-- purpose: sources that the log names and the record lacks
-- grain: one row per name
-- needs: log sources
-- columns:
--   line: line of the log
--   source: name
SELECT min(line) AS line, source FROM log
WHERE source IS NOT NULL AND source NOT IN (SELECT name FROM sources)
GROUP BY source ORDER BY line LIMIT 1000
