-- name: duplicates_decided
-- purpose: documents that stand for nobody in their cluster
-- grain: one row per document
-- needs: duplicates
-- parameters:
--   precedence: place of the rule of duplicates in the order of rules
--   rule: its name
--   rule_version: its version
-- columns:
--   doc_id: document
--   precedence: place of the rule in the order of rules
--   rule: rule that drops it
--   rule_version: version of the rule
--   reason: what the rule found
--   public_reason: the reason as the public may read it
SELECT
    doc_id,
    CAST($precedence AS INTEGER) AS precedence,
    $rule AS rule,
    $rule_version AS rule_version,
    kind || ' duplicate' AS reason,
    'duplicate' AS public_reason
FROM duplicates
WHERE doc_id <> cluster_id
