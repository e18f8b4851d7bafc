-- name: domains
-- purpose: what two records are compared by, domain by domain
-- grain: one row per domain
-- needs: domains
-- columns:
--   item: registered domain; the host itself where it has none
--   documents: documents collected
--   documents_training: kept documents that train the model
--   text_bytes_training: their UTF-8 bytes
SELECT domain AS item, documents, documents_training, text_bytes_training
FROM domains
ORDER BY item
