-- name: reservation_months
-- purpose: what was known about reservations of the documents fetched in each month
-- grain: one row per month of fetch in UTC and state
-- needs: optout_documents documents
-- columns:
--   month [authority]: month as YYYY-MM, null where the time of fetch is not known
--   state [authority]: reserved, error, unknown, open, allowed, silent or not_applicable
--   documents [authority]: documents collected
--   documents_kept [authority]: documents no rule drops
SELECT
    strftime(coalesce(d.fetched_at, d.fetched_on::TIMESTAMPTZ) AT TIME ZONE 'UTC', '%Y-%m') AS month,
    o.state,
    count(*) AS documents,
    count(*) FILTER (o.kept) AS documents_kept
FROM optout_documents AS o
JOIN documents AS d USING (doc_id)
GROUP BY month, o.state
ORDER BY month NULLS LAST, o.state
