-- name: languages
-- purpose: what two records are compared by, language by language
-- grain: one row per language of documents that train the model
-- needs: language_shares
-- columns:
--   item: ISO 639 code, `und` where not determined
--   documents: kept training documents
--   text_bytes: their UTF-8 bytes
SELECT language AS item, documents, text_bytes
FROM language_shares
ORDER BY item
