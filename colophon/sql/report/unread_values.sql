-- name: unread_values
-- purpose: values of declared fields that were there and could not be read
-- grain: one row per source, field and outcome
-- needs: unread_values
-- columns:
--   source_id: number of the source
--   source [authority]: name of the source
--   field: key under `fields`
--   name: name of the input's column or key; empty for a time that the format itself states
--   outcome: why they could not be read
--   rows: rows with such a value
SELECT *
FROM unread_values
