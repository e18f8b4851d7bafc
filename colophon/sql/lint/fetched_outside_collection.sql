-- name: fetched_outside_collection
-- purpose: used sources with documents fetched outside the time of collection that the corpus file states
-- grain: one row per source
-- needs: sources documents_training
-- columns:
--   reason: what is wrong, with the name of the source and the months
WITH fetched AS (
    SELECT
        source_id,
        strftime(min(coalesce(fetched_at, fetched_on::TIMESTAMPTZ)) AT TIME ZONE 'UTC', '%Y-%m-%d') AS first,
        strftime(max(coalesce(fetched_at, fetched_on::TIMESTAMPTZ)) AT TIME ZONE 'UTC', '%Y-%m-%d') AS last
    FROM documents_training
    WHERE fetched_at IS NOT NULL OR fetched_on IS NOT NULL
    GROUP BY source_id
)
SELECT format(
    'documents of source {} were fetched from {} to {}, but its collection is stated as {} to {}',
    name, first, last, coalesce(collected_from, '…'), coalesce(collected_to, '…')
) AS reason
FROM fetched JOIN sources USING (source_id)
WHERE left(first, length(collected_from)) < collected_from OR left(last, length(collected_to)) > collected_to
ORDER BY name;
