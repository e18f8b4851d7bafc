-- name: decision_rows
-- purpose: rows of the table decisions
-- grain: one row per document and rule that drops it
-- needs: all_decided
-- parameters:
--   policy_sha256: hash of the policy
-- columns:
--   doc_id: document
--   position: 0 for the rule that drops it first
--   rule: rule
--   rule_version: version of the rule
--   reason: what the rule found
--   public_reason: the reason as the public may read it
--   policy_sha256: hash of the policy
--   precedence: place of the rule in the order of rules
SELECT
    *,
    CAST(row_number() OVER (PARTITION BY doc_id ORDER BY precedence) - 1 AS SMALLINT) AS position,
    CAST($policy_sha256 AS VARCHAR) AS policy_sha256
FROM all_decided
