-- name: checkpoint_documents
-- purpose: kept documents that train the model, with each checkpoint that used them; where no training use was imported,
--   each once without a checkpoint, as it is taken as used
-- grain: one row per document and checkpoint
-- needs: documents_training training_use
-- columns:
--   doc_id: document
--   shard_id: its shard
--   source_id: its source
--   modality: text, image, audio, video or other
--   text_bytes: UTF-8 bytes
--   tokens [authority]: tokens, null without a tokenizer
--   media_items: media items
--   media_seconds: length of audio and video
--   checkpoint: checkpoint that used it, null where no training use was imported
--   named_by [authority]: what the training log named: source, shard or document; nothing where none was imported
--   epochs: how often it was seen, null where that is not known
--   started_at: start of its use, null where that is not known
WITH used AS (
    SELECT *, CASE WHEN doc_id IS NOT NULL THEN 'document' WHEN shard_id IS NOT NULL THEN 'shard' ELSE 'source' END AS named_by
    FROM training_use
),
named AS (
    SELECT t.*, u.checkpoint, u.named_by, u.epochs, u.started_at
    FROM documents_training AS t
    JOIN used AS u ON u.source_id = t.source_id
    WHERE u.named_by = 'source'
    UNION ALL
    SELECT t.*, u.checkpoint, u.named_by, u.epochs, u.started_at
    FROM documents_training AS t
    JOIN used AS u ON u.shard_id = t.shard_id
    WHERE u.named_by = 'shard'
    UNION ALL
    SELECT t.*, u.checkpoint, u.named_by, u.epochs, u.started_at
    FROM documents_training AS t
    JOIN used AS u ON u.doc_id = t.doc_id
    UNION ALL
    SELECT *, NULL, 'nothing', NULL, NULL
    FROM documents_training
    WHERE NOT EXISTS (SELECT 1 FROM training_use)
)
SELECT
    doc_id, shard_id, source_id, modality, text_bytes, tokens, media_items, media_seconds,
    checkpoint, named_by, epochs, started_at
FROM named
