-- name: fetch_months
-- purpose: when documents were fetched
-- grain: one row per month in UTC, and one for documents whose time of fetch is not known
-- needs: documents documents_kept
-- columns:
--   month [authority]: month as YYYY-MM, null where the time is not known
--   documents [authority]: documents collected
--   documents_kept [authority]: documents no rule drops
--   text_bytes [authority]: UTF-8 bytes of all of them
SELECT
    strftime(coalesce(d.fetched_at, d.fetched_on::TIMESTAMPTZ) AT TIME ZONE 'UTC', '%Y-%m') AS month,
    count(*) AS documents,
    count(k.doc_id) AS documents_kept,
    sum(d.text_bytes)::BIGINT AS text_bytes
FROM documents AS d
LEFT JOIN documents_kept AS k USING (doc_id)
GROUP BY month
ORDER BY month NULLS LAST
