-- name: used_against_record
-- purpose: uses for training that contradict the record, which a training log states
-- reading: A row says: the log of this checkpoint names something as used that the record leaves out of training.
--   dropped: a document that a rule drops. nothing_kept: a source or shard of which no document is kept. evaluation: data
--   for evaluation or validation. retrieval_only: data of a source that does not change the weights. None of it is
--   counted as training content, so a summary is wrong until the cause is found.
-- grain: one row per source, shard or document named, checkpoint and contradiction
-- needs: training_use sources documents decisions documents_kept
-- columns:
--   checkpoint: checkpoint that used it
--   source [authority]: name of the source
--   shard_id: shard, where one is named
--   doc_id: document, where one is named
--   against [authority]: dropped, nothing_kept, evaluation or retrieval_only
--   rule: rule that drops the document
--   public_reason: its reason: reservation, look_failed, look_missing, duplicate, quality or legal_or_safety
--   text_bytes: UTF-8 bytes of the document, where one is named
WITH kept_sources AS (
    SELECT DISTINCT source_id FROM documents_kept
),
kept_shards AS (
    SELECT DISTINCT shard_id FROM documents_kept
),
found AS (
    SELECT u.*, 'dropped' AS against, x.rule, x.public_reason
    FROM training_use AS u
    JOIN decisions AS x ON x.doc_id = u.doc_id AND x.position = 0
    UNION ALL
    SELECT u.*, 'nothing_kept', NULL, NULL
    FROM training_use AS u
    WHERE u.doc_id IS NULL AND (
        u.source_id NOT IN (SELECT source_id FROM kept_sources)
        OR (u.shard_id IS NOT NULL AND u.shard_id NOT IN (SELECT shard_id FROM kept_shards))
    )
    UNION ALL
    SELECT
        u.*, CASE WHEN s.stage IN ('evaluation', 'validation') THEN 'evaluation' ELSE 'retrieval_only' END, NULL, NULL
    FROM training_use AS u
    JOIN sources AS s ON s.source_id = u.source_id
    WHERE s.stage IN ('evaluation', 'validation') OR NOT s.used_for_weight_update
)
SELECT f.checkpoint, s.name AS source, f.shard_id, f.doc_id, f.against, f.rule, f.public_reason, d.text_bytes
FROM found AS f
JOIN sources AS s ON s.source_id = f.source_id
LEFT JOIN documents AS d ON d.doc_id = f.doc_id
ORDER BY f.checkpoint, s.position, f.shard_id, f.doc_id, f.against
