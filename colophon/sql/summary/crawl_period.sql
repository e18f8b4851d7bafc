-- name: crawl_period
-- purpose: first and last month of the provider's own crawls, and what is missing to say so
-- grain: one row
-- needs: documents_training sources
-- columns:
--   documents: used documents of these sources
--   first_month: MM/YYYY
--   last_month: MM/YYYY
--   gap: how many used sources have neither fetch times nor a declared period
WITH used AS (
    SELECT
        source_id, count(*) AS documents,
        any_value(left(collected_from || '-01', 7)) AS from_month,
        any_value(left(collected_to || '-12', 7)) AS to_month,
        strftime(min(coalesce(fetched_at, fetched_on::TIMESTAMPTZ)) AT TIME ZONE 'UTC', '%Y-%m') AS first_fetched,
        strftime(max(coalesce(fetched_at, fetched_on::TIMESTAMPTZ)) AT TIME ZONE 'UTC', '%Y-%m') AS last_fetched,
        bool_and(fetched_at IS NOT NULL OR fetched_on IS NOT NULL) AS all_fetched
    FROM documents_training JOIN sources USING (source_id)
    WHERE sources.acquisition IN ('crawled_own', 'crawled_on_behalf')
    GROUP BY source_id
), periods AS (
    -- What is declared stands in for fetch times only where some are missing.
    SELECT
        documents,
        CASE WHEN all_fetched THEN first_fetched ELSE least(first_fetched, from_month) END AS first_month,
        CASE WHEN all_fetched THEN last_fetched ELSE greatest(last_fetched, to_month) END AS last_month,
        all_fetched OR (from_month IS NOT NULL AND to_month IS NOT NULL) AS known
    FROM used
), summed AS (
    SELECT
        coalesce(sum(documents), 0) AS documents, min(first_month) AS first_month, max(last_month) AS last_month,
        count(*) FILTER (NOT known) AS unknown
    FROM periods
)
SELECT
    documents,
    right(first_month, 2) || '/' || left(first_month, 4) AS first_month,
    right(last_month, 2) || '/' || left(last_month, 4) AS last_month,
    CASE WHEN unknown > 0 THEN 'used sources with neither fetch times nor a declared period: ' || unknown END AS gap
FROM summed;
