-- name: training_use
-- purpose: what each checkpoint used of each source, unique size apart from epochs
-- grain: one row per checkpoint, source and modality; none where no training use was imported
-- needs: used_totals
-- columns:
--   checkpoint: checkpoint that used it
--   source [authority]: name of the source
--   stage: training stage
--   acquisition: how it was acquired
--   modality: text, image, audio, video or other
--   named_by [authority]: what the training log named: source, shard or document
--   epochs: how often it was seen, null where the log leaves any out
--   tokens_seen: tokens that training saw, repetitions included; null where the log leaves any out
--   documents [authority]: documents, each once
--   text_bytes: their UTF-8 bytes
--   tokens [authority]: their tokens, null without a tokenizer
--   media_items: their media items
--   media_seconds: length of their audio and video
SELECT
    checkpoint, source, stage, acquisition, modality, named_by, epochs, tokens_seen, documents, text_bytes, tokens,
    media_items, media_seconds
FROM used_totals
WHERE checkpoint IS NOT NULL
