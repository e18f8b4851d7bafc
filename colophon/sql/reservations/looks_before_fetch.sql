-- name: looks_before_fetch
-- purpose: hosts with a look on which no verdict rests yet although it came before the fetch of one of their documents
-- grain: one row per host
-- needs: awaiting_run documents
-- columns:
--   authority: host
SELECT DISTINCT w.authority
FROM awaiting_run AS w
JOIN documents AS d ON d.authority = w.authority AND coalesce(d.fetched_at, (d.fetched_on + 1)::TIMESTAMPTZ - INTERVAL 1 MICROSECOND) >= w.first_observed_at
