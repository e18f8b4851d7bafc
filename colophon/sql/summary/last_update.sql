-- name: last_update
-- purpose: the day on which the record behind the summary was completed
-- grain: one row
-- needs:
-- parameters:
--   created_at: the manifest's time of creation
-- columns:
--   last_update: DD/MM/YY, in UTC
SELECT strftime(CAST(CAST($created_at AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE), '%d/%m/%y') AS last_update;
