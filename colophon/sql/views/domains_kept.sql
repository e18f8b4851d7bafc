-- name: domains_kept
-- purpose: domains with at least one document that trains the model
-- grain: one row per domain
-- needs: domains
-- columns:
--   domain: registered domain; the host itself where it has none
--   hosts: distinct hosts of the domain
--   sources: distinct sources that collected from it
--   documents_training: kept documents that train the model
--   text_bytes_training: their UTF-8 bytes
--   first_fetched_at: earliest known fetch of any document of the domain
--   last_fetched_at: latest known fetch of any document of the domain
SELECT domain, hosts, sources, documents_training, text_bytes_training, first_fetched_at, last_fetched_at
FROM domains
WHERE documents_training > 0
ORDER BY domain
