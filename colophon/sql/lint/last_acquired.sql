-- name: last_acquired
-- purpose: the last day known on which used content of each acquisition was acquired
-- grain: one row per acquisition
-- needs: sources documents_training
-- columns:
--   acquisition: acquisition type
--   day: YYYY-MM-DD; the first of a month or year where no more is known, empty where nothing is
WITH fetched AS (
    SELECT source_id, strftime(max(coalesce(fetched_at, fetched_on::TIMESTAMPTZ)) AT TIME ZONE 'UTC', '%Y-%m-%d') AS last
    FROM documents_training
    GROUP BY source_id
), ends AS (
    SELECT source_id, acquisition, coalesce(collected_to, json_extract_string(config, '$.users.to')) AS ended FROM sources
)
SELECT
    acquisition,
    -- ISO days compare as text; a year or month alone is taken from its first day.
    max(greatest(last, ended || substr('0000-01-01', length(ended) + 1))) AS day
FROM fetched JOIN ends USING (source_id)
GROUP BY acquisition
ORDER BY acquisition;
