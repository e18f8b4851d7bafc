-- name: version
-- purpose: the version of a form: one more than were published before
-- grain: one row
-- needs:
-- parameters:
--   earlier_versions: how many were published before; empty where the answer does not say
-- columns:
--   version: number of the version; empty where it cannot be told
--   gap: what is missing to tell it
SELECT
    CAST(CAST($earlier_versions AS BIGINT) + 1 AS VARCHAR) AS version,
    CASE WHEN $earlier_versions IS NULL
        THEN 'how many versions came before is not said: name each, such as "Version 1 (01/02/26): https://...", '
            || 'or say not_applicable where there was none' END AS gap;
