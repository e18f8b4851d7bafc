-- name: last_update
-- purpose: the day of the last change of a form: of its record, of an answer in it, or of its last publication
-- grain: one row
-- needs:
-- parameters:
--   created_at: the manifest's time of creation
--   answered_on: day of the latest answer, YYYY-MM-DD; empty where there is none
--   published_on: day on which the latest version was published, YYYY-MM-DD; empty where none was
-- columns:
--   last_update: DD/MM/YY, in UTC
SELECT strftime(
    greatest(
        CAST(CAST($created_at AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE),
        CAST($answered_on AS DATE),
        CAST($published_on AS DATE)
    ),
    '%d/%m/%y'
) AS last_update;
