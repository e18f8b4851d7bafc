-- name: unlisted_documents
-- purpose: documents at whose moments no list of a registry was known that is not too old, with the reason
-- grain: one row per document
-- needs: moments observations
-- parameters:
--   protocol: the registry
--   max_age_days: days after which a list does not count any more, null where it never grows too old
-- columns:
--   doc_id: document
--   protocol: the registry
--   reason: why nothing is known: not_observed, no_look_time, after_only, stale, or why the moment itself is not known
WITH lists AS (
    SELECT DISTINCT observed_at
    FROM observations
    WHERE place = 'list' AND protocol = $protocol AND observed_at IS NOT NULL
),
undated AS (
    SELECT 1 FROM observations WHERE place = 'list' AND protocol = $protocol AND observed_at IS NULL LIMIT 1
)
SELECT
    m.doc_id,
    CAST($protocol AS VARCHAR) AS protocol,
    CASE
        WHEN m.moment IS NULL THEN m.missing
        WHEN NOT EXISTS (FROM lists) AND EXISTS (FROM undated) THEN 'no_look_time'
        WHEN NOT EXISTS (FROM lists) THEN 'not_observed'
        WHEN l.observed_at IS NULL THEN 'after_only'
        ELSE 'stale'
    END AS reason
FROM moments AS m
ASOF LEFT JOIN lists AS l ON m.moment >= l.observed_at
WHERE
    l.observed_at IS NULL
    OR epoch_us(m.moment) - epoch_us(l.observed_at) > CAST($max_age_days AS DOUBLE) * 86400000000
