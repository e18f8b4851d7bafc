-- name: hosts
-- purpose: hosts by volume
-- grain: one row per host
-- needs: host_totals
-- parameters:
--   most: how many rows at most
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
SELECT *
FROM host_totals
LIMIT $most
