-- name: decided_rows
-- purpose: documents that another rule than that of duplicates drops
-- grain: one row per document and rule
-- needs: decided
-- columns:
--   doc_id: document
--   precedence: place of the rule in the order of rules
--   rule: rule that drops it
--   rule_version: version of the rule
--   reason: what the rule found
--   public_reason: the reason as the public may read it
SELECT doc_id, precedence, rule, rule_version, reason, public_reason
FROM decided
