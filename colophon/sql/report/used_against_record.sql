-- name: used_against_record
-- purpose: how much a training log names as used that the record leaves out of training
-- grain: one row per checkpoint, source, contradiction and public reason
-- needs: used_against_record
-- columns:
--   checkpoint: checkpoint that used it
--   source [authority]: name of the source
--   against [authority]: dropped, nothing_kept, evaluation or retrieval_only
--   public_reason: reason for dropping, where a rule drops it
--   named [authority]: sources, shards or documents named
SELECT checkpoint, source, against, public_reason, count(*) AS named
FROM used_against_record
GROUP BY ALL
ORDER BY ALL
