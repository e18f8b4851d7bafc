-- name: collection_dates
-- purpose: dates of used sources that cannot be: the end before the beginning, or a day still to come
-- grain: one row per source and wrong date
-- needs: sources documents_training
-- parameters:
--   as_of: day as of which dates are judged, YYYY-MM-DD
-- columns:
--   reason: what is wrong, with the name of the source
WITH used AS (
    SELECT
        name, collected_from, collected_to, obtained_at,
        json_extract_string(config, '$.users.from') AS users_from,
        json_extract_string(config, '$.users.to') AS users_to
    FROM sources
    WHERE source_id IN (SELECT source_id FROM documents_training)
), dates AS (
    SELECT name, unnest([
        {'what': 'the end of collection', 'day': collected_to, 'not_before': collected_from},
        {'what': 'the day of obtaining', 'day': obtained_at, 'not_before': collected_from},
        {'what': 'the end of the user data', 'day': users_to, 'not_before': users_from}
    ], recursive := true)
    FROM used
)
-- Dates may be a year, a month or a day: they are compared as far as both are known.
SELECT
    format('{} of source {} is {}, {}', what, name, day, CASE
        WHEN left(day, 10) > left($as_of, length(day)) THEN 'after ' || $as_of
        ELSE 'before it begins, ' || not_before
    END) AS reason
FROM dates
WHERE day > left($as_of, length(day))
    OR left(day, least(length(day), length(not_before))) < left(not_before, least(length(day), length(not_before)))
ORDER BY name, what;
