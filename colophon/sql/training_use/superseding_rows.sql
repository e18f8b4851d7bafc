-- name: superseding_rows
-- purpose: all rows of training_use where the log stands in for what was imported of its checkpoints
-- grain: one row per row
-- needs: resolved training_use
-- columns:
--   checkpoint: checkpoint
--   source_id: source id
--   shard_id: shard id
--   doc_id: doc id
--   epochs: epochs
--   tokens: tokens
--   first_step: first step
--   last_step: last step
--   started_at: started at
--   finished_at: finished at
SELECT checkpoint, source_id, shard_id, doc_id, epochs, tokens, first_step, last_step, started_at, finished_at
FROM resolved
UNION ALL
SELECT checkpoint, source_id, shard_id, doc_id, epochs, tokens, first_step, last_step, started_at, finished_at
FROM training_use
WHERE checkpoint NOT IN (SELECT checkpoint FROM resolved)
