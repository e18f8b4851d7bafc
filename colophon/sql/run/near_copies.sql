-- name: near_copies
-- purpose: documents that stand for a cluster in which the policy drops one as reserved; the others of the cluster
--   have gone as duplicates
-- grain: one row per document
-- needs: duplicates decided documents source_rules
-- parameters:
--   rule: name of the policy as a rule
--   rule_version: its version
-- columns:
--   doc_id: document
--   precedence: place of the rule in the order of rules
--   rule: rule that drops it
--   rule_version: version of the rule
--   reason: what the rule found
--   public_reason: the reason as the public may read it
SELECT DISTINCT
    m.cluster_id AS doc_id,
    CAST(0 AS INTEGER) AS precedence,
    $rule AS rule,
    $rule_version AS rule_version,
    'a similar text is reserved elsewhere' AS reason,
    'reservation' AS public_reason
FROM duplicates AS m
JOIN decided AS r ON r.doc_id = m.doc_id AND r.precedence = 0 AND r.public_reason = 'reservation'
JOIN documents AS d ON d.doc_id = m.cluster_id
JOIN source_rules AS s ON s.source_id = d.source_id
WHERE NOT s.evaluates AND NOT s.granted AND NOT s.untouched
    AND m.cluster_id NOT IN (SELECT doc_id FROM decided WHERE precedence = 0)
