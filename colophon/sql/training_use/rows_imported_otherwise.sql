-- name: rows_imported_otherwise
-- purpose: rows that say otherwise than an earlier import
-- grain: one row per row
-- needs: resolved training_use sources
-- columns:
--   line: line of the log
--   name: source
--   checkpoint: checkpoint
SELECT r.line, s.name, r.checkpoint
FROM resolved AS r
JOIN training_use AS u
    ON u.checkpoint = r.checkpoint AND u.source_id = r.source_id
    AND u.shard_id IS NOT DISTINCT FROM r.shard_id AND u.doc_id IS NOT DISTINCT FROM r.doc_id
JOIN sources AS s ON s.source_id = r.source_id
WHERE (r.epochs, r.tokens, r.first_step, r.last_step, r.started_at, r.finished_at)
    IS DISTINCT FROM (u.epochs, u.tokens, u.first_step, u.last_step, u.started_at, u.finished_at)
ORDER BY r.line LIMIT 1000
