-- name: checkpoint_additions
-- purpose: what each checkpoint used that none before it had
-- grain: one row per checkpoint, source and modality; none where no training use was imported
-- needs: checkpoint_additions
-- columns:
--   checkpoint: name of the checkpoint
--   place [authority]: 1 for the first, to which everything is new
--   source [authority]: name of the source
--   dataset: dataset the source belongs to
--   stage: training stage
--   acquisition: how it was acquired
--   modality: text, image, audio, video or other
--   documents [authority]: documents that no earlier checkpoint used
--   text_bytes: their UTF-8 bytes
--   tokens [authority]: their tokens, null without a tokenizer
--   media_items: their media items
--   media_seconds: length of their audio and video
SELECT *
FROM checkpoint_additions
