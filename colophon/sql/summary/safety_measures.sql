-- name: safety_measures
-- purpose: filters run for legal or safety reasons and whether they removed anything
-- grain: one row
-- needs: filters decisions
-- columns:
--   rules: rules of this program that ran
--   upstream: rules that third parties declare
--   removed: whether a document was removed for them
SELECT
    count(DISTINCT rule) FILTER (NOT upstream) AS rules,
    count(DISTINCT rule) FILTER (upstream) AS upstream,
    EXISTS (SELECT 1 FROM decisions WHERE public_reason = 'legal_or_safety') AS removed
FROM filters
WHERE reason = 'legal_or_safety';
