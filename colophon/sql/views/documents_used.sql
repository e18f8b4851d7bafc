-- name: documents_used
-- purpose: documents that train the model, and those that it is validated or tested on
-- grain: one row per document
-- needs: documents documents_training sources
-- columns:
--   doc_id: shard ordinal << 36 | row in the shard
--   source_id: source of the document
--   dataset: dataset the source belongs to
--   acquisition: how the source was acquired
--   split [authority]: training, validation or testing
--   modality: text, image, audio, video or other
--   language: ISO 639 code, `und` where not determined
--   registered_domain: domain under the ICANN part of the Public Suffix List
--   text_bytes: UTF-8 bytes
--   tokens [authority]: tokens, where a tokenizer was given
--   media_items: media items
--   media_seconds: length of audio and video
SELECT
    doc_id, source_id, dataset, acquisition, 'training' AS split, modality, language, registered_domain, text_bytes,
    tokens, media_items, media_seconds
FROM documents_training
UNION ALL
SELECT
    d.doc_id, d.source_id, s.dataset, s.acquisition, CASE d.stage WHEN 'validation' THEN 'validation' ELSE 'testing' END,
    d.modality, d.language, d.registered_domain, d.text_bytes, d.tokens, d.media_items, d.media_seconds
FROM documents AS d
JOIN sources AS s USING (source_id)
WHERE d.stage IN ('evaluation', 'validation')
