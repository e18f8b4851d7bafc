-- name: latest_acquisition
-- purpose: the latest month in which used content was collected, and what is missing to say so
-- grain: one row
-- needs: acquired_months
-- columns:
--   latest: MM/YYYY; empty where no used source has a date
--   not_known_reasons: reasons given by sources whose time of collection is not known
--   gap: how many used sources have neither an end date (collected.to, users.to) nor a reason
SELECT
    right(max(month), 2) || '/' || left(max(month), 4) AS latest,
    coalesce(list_sort(list(DISTINCT not_known) FILTER (not_known IS NOT NULL)), []) AS not_known_reasons,
    CASE WHEN count(*) FILTER (undated) > 0
        THEN 'used sources with neither an end date of collection nor a reason why it is not known: '
            || count(*) FILTER (undated) END AS gap
FROM acquired_months;
