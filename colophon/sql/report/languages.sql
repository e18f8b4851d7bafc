-- name: languages
-- purpose: languages of the documents that train the model
-- grain: one row per language
-- needs: language_shares
-- columns:
--   language: ISO 639 code, `und` where not determined
--   documents [authority]: kept training documents
--   text_bytes: their UTF-8 bytes
--   tokens [authority]: their tokens, null without a tokenizer
--   share_documents [authority]: part of all training documents
--   share_text_bytes [authority]: part of all bytes of training text, null where there are none
SELECT *
FROM language_shares
