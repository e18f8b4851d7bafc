-- name: grains_imported_otherwise
-- purpose: rows that name a source in another way than an earlier import
-- grain: one row per row
-- needs: resolved training_use sources
-- columns:
--   line: line of the log
--   grain: way now
--   earlier: way before
--   name: source
--   checkpoint: checkpoint
SELECT r.line, r.grain, u.grain AS earlier, s.name, r.checkpoint
FROM (SELECT checkpoint, source_id, grain, min(line) AS line FROM resolved GROUP BY ALL) AS r
JOIN (
    SELECT DISTINCT
        checkpoint,
        source_id,
        CASE WHEN doc_id IS NOT NULL THEN 'document' WHEN shard_id IS NOT NULL THEN 'shard' ELSE 'source' END AS grain
    FROM training_use
) AS u
    ON u.checkpoint = r.checkpoint AND u.source_id = r.source_id AND u.grain <> r.grain
JOIN sources AS s ON s.source_id = r.source_id
ORDER BY r.line LIMIT 1000
