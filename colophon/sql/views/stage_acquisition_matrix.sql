-- name: stage_acquisition_matrix
-- purpose: how data was acquired, against the training stage it is for
-- grain: one row per stage, acquisition and modality
-- needs: source_totals
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
SELECT
    stage,
    acquisition,
    modality,
    count(*) AS sources,
    sum(documents)::BIGINT AS documents,
    sum(documents_kept)::BIGINT AS documents_kept,
    sum(documents_training)::BIGINT AS documents_training,
    sum(text_bytes)::BIGINT AS text_bytes,
    sum(text_bytes_kept)::BIGINT AS text_bytes_kept,
    sum(text_bytes_training)::BIGINT AS text_bytes_training,
    sum(tokens_kept)::BIGINT AS tokens_kept
FROM source_totals
GROUP BY ALL
ORDER BY stage, acquisition, modality
