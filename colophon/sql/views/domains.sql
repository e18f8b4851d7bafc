-- name: domains
-- purpose: every domain that documents came from, with what was collected, what is kept and what trains the model
-- grain: one row per domain
-- needs: documents documents_kept documents_training
-- columns:
--   domain: registered domain; the host itself where it has none (IP addresses, internal names)
--   hosts: distinct hosts of the domain
--   sources: distinct sources that collected from it
--   documents: documents collected
--   documents_kept: documents no rule drops, evaluation included
--   documents_training: kept documents that train the model
--   text_bytes: UTF-8 bytes collected
--   text_bytes_kept: UTF-8 bytes of kept documents
--   text_bytes_training: UTF-8 bytes of training documents
--   first_fetched_at: earliest known fetch
--   last_fetched_at: latest known fetch
SELECT
    coalesce(d.registered_domain, d.authority) AS domain,
    count(DISTINCT d.authority) AS hosts,
    count(DISTINCT d.source_id) AS sources,
    count(*) AS documents,
    count(k.doc_id) AS documents_kept,
    count(t.doc_id) AS documents_training,
    sum(d.text_bytes)::BIGINT AS text_bytes,
    coalesce(sum(k.text_bytes), 0)::BIGINT AS text_bytes_kept,
    coalesce(sum(t.text_bytes), 0)::BIGINT AS text_bytes_training,
    min(d.fetched_at) AS first_fetched_at,
    max(d.fetched_at) AS last_fetched_at
FROM documents AS d
LEFT JOIN documents_kept AS k USING (doc_id)
LEFT JOIN documents_training AS t USING (doc_id)
WHERE d.authority IS NOT NULL
GROUP BY ALL
ORDER BY domain
