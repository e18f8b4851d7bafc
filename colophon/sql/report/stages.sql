-- name: stages
-- purpose: acquisition against training stage
-- grain: one row per stage, acquisition and modality
-- needs: stage_acquisition_matrix
-- columns:
--   stage: training stage; evaluation and validation are never training
--   acquisition: how it was acquired
--   modality: text, image, audio, video or other
--   sources: sources
--   documents: documents collected
--   documents_kept: documents no rule drops
--   documents_training: kept documents that train the model
--   text_bytes: UTF-8 bytes collected
--   text_bytes_kept: UTF-8 bytes of kept documents
--   text_bytes_training: UTF-8 bytes of documents that train the model
--   tokens_kept: tokens of kept documents, null without a tokenizer
SELECT *
FROM stage_acquisition_matrix
