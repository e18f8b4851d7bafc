-- name: safety_measures
-- purpose: filters run for legal or safety reasons and whether they removed anything
-- grain: one row
-- needs: decisions filters rules
-- columns:
--   rules: configured filters that ran for such a reason
--   upstream: rules that third parties declare
--   removed: whether such a filter removed a document
WITH own AS (
    -- The table of filters names what a configured one looks at; its reason stands among its parameters.
    SELECT DISTINCT rule
    FROM rules
    WHERE kind = 'filter' AND json_extract_string(parameters, '$.reason') = 'legal_or_safety'
)
SELECT
    (SELECT count(*) FROM own) AS rules,
    (SELECT count(DISTINCT rule) FROM filters WHERE upstream AND reason = 'legal_or_safety') AS upstream,
    EXISTS (SELECT 1 FROM decisions WHERE rule IN (SELECT rule FROM own)) AS removed;
