-- name: policy_rows
-- purpose: documents that the policy drops
-- grain: one row per document and rule
-- needs: policy_decided
-- columns:
--   doc_id: document
--   precedence: place of the rule in the order of rules
--   rule: rule that drops it
--   rule_version: version of the rule
--   reason: what the rule found
--   public_reason: the reason as the public may read it
SELECT doc_id, precedence, rule, rule_version, reason, public_reason
FROM policy_decided
