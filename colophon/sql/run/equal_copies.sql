-- name: equal_copies
-- purpose: documents with the same text as one that the policy drops as reserved; they go before duplicates are
--   sought, so that no other document goes because of them
-- grain: one row per document
-- needs: exact_groups documents source_rules policy_decided
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
SELECT
    g.doc_id,
    CAST(0 AS INTEGER) AS precedence,
    $rule AS rule,
    $rule_version AS rule_version,
    'an equal text is reserved elsewhere' AS reason,
    'reservation' AS public_reason
FROM exact_groups AS g
JOIN documents AS d ON d.doc_id = g.doc_id
JOIN source_rules AS s ON s.source_id = d.source_id
WHERE NOT s.evaluates AND NOT s.granted AND NOT s.untouched
    AND g.doc_id NOT IN (SELECT doc_id FROM policy_decided)
    AND g.group_id IN (
        SELECT r.group_id
        FROM exact_groups AS r JOIN policy_decided AS p ON p.doc_id = r.doc_id
        WHERE p.public_reason = 'reservation'
    )
