-- name: checkpoints_differ
-- purpose: checkpoints on record that did not all use the same content
-- grain: one row per checkpoint; none where all used the same
-- needs: checkpoints checkpoint_documents
-- columns:
--   checkpoint: name of the checkpoint
WITH used AS (
    SELECT doc_id, count(DISTINCT checkpoint) AS checkpoints FROM checkpoint_documents GROUP BY doc_id
)
SELECT checkpoint
FROM checkpoints
WHERE EXISTS (SELECT 1 FROM used WHERE used.checkpoints < (SELECT count(*) FROM checkpoints))
ORDER BY place;
