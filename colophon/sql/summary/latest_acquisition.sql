-- name: latest_acquisition
-- purpose: the latest month in which used content was collected, and what is missing to say so
-- grain: one row
-- needs: documents_training sources
-- columns:
--   latest: MM/YYYY; empty where no used source has a date
--   not_known_reasons: reasons given by sources whose time of collection is not known
--   gap: how many used sources have neither an end date (collected.to, users.to) nor a reason
WITH used AS (
    SELECT
        sources.source_id, 
        any_value(coalesce(sources.collected_to, json_extract_string(sources.config, '$.users.to'))) AS collected_to,
        any_value(sources.collected_not_known) AS not_known, any_value(sources.obtained_at) AS obtained_at,
        max(coalesce(documents_training.fetched_at, documents_training.fetched_on::TIMESTAMPTZ)) AS last_fetched_at,
        bool_and(documents_training.fetched_at IS NOT NULL OR documents_training.fetched_on IS NOT NULL) AS all_fetched
    FROM documents_training JOIN sources USING (source_id)
    GROUP BY sources.source_id
), dated AS (
    SELECT
        *,
        -- A year alone reaches to its last month.
        left(collected_to || '-12', 7) AS declared_month,
        left(obtained_at || '-12', 7) AS obtained_month,
        strftime(last_fetched_at AT TIME ZONE 'UTC', '%Y-%m') AS fetched_month
    FROM used
), summed AS (
    SELECT
        -- ISO months compare as text.
        max(greatest(declared_month, obtained_month, fetched_month)) AS month,
        coalesce(list_sort(list(DISTINCT not_known) FILTER (not_known IS NOT NULL)), []) AS not_known_reasons,
        count(*) FILTER (declared_month IS NULL AND not_known IS NULL AND NOT all_fetched) AS undated
    FROM dated
)
SELECT
    right(month, 2) || '/' || left(month, 4) AS latest,
    not_known_reasons,
    CASE WHEN undated > 0
        THEN 'used sources with neither an end date of collection nor a reason why it is not known: ' || undated END AS gap
FROM summed;
