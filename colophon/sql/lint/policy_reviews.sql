-- name: policy_reviews
-- purpose: the day by which the policy on reservations is to be looked at again
-- grain: one row per policy that names one
-- needs: rules
-- columns:
--   policy: name of the policy
--   review_by: day as YYYY-MM-DD
SELECT rule AS policy, json_extract_string(parameters, '$.review_by') AS review_by
FROM rules
WHERE kind = 'policy' AND json_extract_string(parameters, '$.review_by') IS NOT NULL
ORDER BY rule;
