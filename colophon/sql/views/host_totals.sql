-- name: host_totals
-- purpose: hosts by volume, over all sources, with what is kept of each
-- grain: one row per host
-- needs: hosts
-- columns:
--   authority: host, with port where not the scheme's own
--   registered_domain: its domain
--   sources: sources that collected from it
--   documents: documents collected
--   documents_kept: documents no rule drops
--   text_bytes: UTF-8 bytes collected
--   text_bytes_kept: UTF-8 bytes of kept documents
--   first_fetched_at: earliest known fetch
--   last_fetched_at: latest known fetch
SELECT
    authority,
    any_value(registered_domain) AS registered_domain,
    count(DISTINCT source_id) AS sources,
    sum(documents)::BIGINT AS documents,
    sum(documents_kept)::BIGINT AS documents_kept,
    sum(text_bytes)::BIGINT AS text_bytes,
    sum(text_bytes_kept)::BIGINT AS text_bytes_kept,
    min(first_fetched_at) AS first_fetched_at,
    max(last_fetched_at) AS last_fetched_at
FROM hosts
GROUP BY authority
ORDER BY text_bytes DESC, authority
