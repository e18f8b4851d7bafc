-- name: acquisition_dates
-- purpose: which sources stand behind the latest date of acquisition, and how the date of each is known
-- grain: one row per source with used content, the latest first
-- needs: acquired_months
-- columns:
--   source: name of the source
--   latest: MM/YYYY; empty where nothing is known
--   declared: end of collection as the corpus file gives it
--   obtained: when it was obtained, as the corpus file gives it
--   fetched: MM/YYYY of the latest fetch of a used document
--   not_known: reason given why the time of collection is not known
SELECT
    source,
    right(month, 2) || '/' || left(month, 4) AS latest,
    declared,
    obtained,
    right(fetched, 2) || '/' || left(fetched, 4) AS fetched,
    not_known
FROM acquired_months
ORDER BY month DESC NULLS LAST, source;
