-- name: stages
-- purpose: acquisition against training stage
-- grain: one row per stage, acquisition and modality
-- needs: stage_acquisition_matrix
-- columns:
--   stage: training stage; evaluation and validation are never training
--   acquisition: how it was acquired
--   modality: text, image, audio, video or other
--   sources [authority]: sources
--   documents: documents collected
--   documents_kept [authority]: documents no rule drops
--   documents_training [authority]: kept documents that train the model
--   text_bytes: UTF-8 bytes collected
--   text_bytes_kept [authority]: UTF-8 bytes of kept documents
--   text_bytes_training [authority]: UTF-8 bytes of documents that train the model
--   tokens_kept [authority]: tokens of kept documents, null without a tokenizer
SELECT *
FROM stage_acquisition_matrix
