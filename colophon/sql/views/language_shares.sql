-- name: language_shares
-- purpose: languages of the documents that train the model, by share of text
-- grain: one row per language
-- needs: documents_training
-- columns:
--   language: ISO 639 code, `und` where not determined
--   documents [authority]: kept training documents
--   text_bytes: their UTF-8 bytes
--   tokens [authority]: their tokens, null without a tokenizer
--   share_documents [authority]: part of all training documents
--   share_text_bytes [authority]: part of all bytes of training text, null where there are none
SELECT
    language,
    count(*) AS documents,
    sum(text_bytes)::BIGINT AS text_bytes,
    sum(tokens)::BIGINT AS tokens,
    count(*) / sum(count(*)) OVER () AS share_documents,
    sum(text_bytes) / nullif(sum(sum(text_bytes)) OVER (), 0) AS share_text_bytes
FROM documents_training
GROUP BY language
ORDER BY text_bytes DESC, language
