-- name: changed_rows
-- purpose: rows that superseding adds or takes away
-- grain: one row per row
-- needs: superseding_rows training_use
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
(FROM superseding_rows EXCEPT FROM training_use)
UNION ALL
(FROM training_use EXCEPT FROM superseding_rows)
