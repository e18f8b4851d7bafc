-- name: host_totals
-- purpose: rows of the table hosts
-- grain: one row per host, source and modality
-- needs: documents decisions
-- columns:
--   authority: authority
--   registered_domain: registered domain
--   site_domain: site domain
--   source_id: source id
--   modality: modality
--   documents: documents
--   documents_kept: documents kept
--   text_bytes: text bytes
--   text_bytes_kept: text bytes kept
--   tokens: tokens
--   media_items: media items
--   media_seconds: media seconds
--   first_fetched_at: first fetched at
--   last_fetched_at: last fetched at
SELECT d.authority, any_value(d.registered_domain) AS registered_domain, any_value(d.site_domain) AS site_domain,
       d.source_id, d.modality, count(*) AS documents, count(*) FILTER (x.doc_id IS NULL) AS documents_kept,
       CAST(sum(d.text_bytes) AS BIGINT) AS text_bytes,
       CAST(coalesce(sum(d.text_bytes) FILTER (x.doc_id IS NULL), 0) AS BIGINT) AS text_bytes_kept,
       CAST(sum(d.tokens) AS BIGINT) AS tokens, CAST(sum(d.media_items) AS BIGINT) AS media_items,
       sum(d.media_seconds) AS media_seconds,
       min(coalesce(d.fetched_at, d.fetched_on::TIMESTAMPTZ)) AS first_fetched_at,
       max(coalesce(d.fetched_at, (d.fetched_on + 1)::TIMESTAMPTZ - INTERVAL 1 MICROSECOND)) AS last_fetched_at
FROM documents d LEFT JOIN (SELECT doc_id FROM decisions WHERE position = 0) x USING (doc_id)
WHERE d.authority IS NOT NULL
GROUP BY d.authority, d.source_id, d.modality
