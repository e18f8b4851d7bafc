-- name: policy_decided
-- purpose: documents that the policy drops, for a verdict or because nobody looked where a look is required: a
--   document that speaks for itself under a protocol is not unknown there, what is unknown, or failed, counts only
--   under protocols whose look the policy requires, requests bind whatever the policy says, a basis that no reservation
--   touches may leave nothing but them, and a grant by the rights holder overrides all of it
-- grain: one row per document
-- needs: verdicts unknown documents source_rules
-- parameters:
--   rule: name of the policy as a rule
--   rule_version: its version
--   protocols: protocols that the policy names
--   dropped_states: verdicts that drop a document
--   required: protocols whose look the policy requires
--   request_protocol: protocol of accepted requests
-- columns:
--   doc_id: document
--   precedence: place of the rule in the order of rules
--   rule: rule that drops it
--   rule_version: version of the rule
--   reason: what the rule found
--   public_reason: the reason as the public may read it
SELECT
    v.doc_id,
    CAST(0 AS INTEGER) AS precedence,
    $rule AS rule,
    $rule_version AS rule_version,
    string_agg(DISTINCT v.said, ', ' ORDER BY v.said) AS reason,
    CASE
        WHEN bool_or(v.verdict IN ('reserved', 'open')) THEN 'reservation'
        WHEN bool_or(v.verdict = 'error') THEN 'look_failed'
        WHEN bool_or(v.verdict = 'unknown') THEN 'look_missing'
        ELSE 'legal_or_safety'
    END AS public_reason
FROM (
    SELECT doc_id, protocol, verdict, protocol || ' ' || verdict || ' (' || purpose || ')' AS said
    FROM verdicts
    WHERE list_contains($protocols, protocol)
    UNION ALL
    SELECT doc_id, protocol, 'unknown', protocol || ' unknown (train)'
    FROM unknown ANTI JOIN verdicts USING (doc_id, protocol)
) AS v
JOIN documents AS d USING (doc_id)
JOIN source_rules AS s USING (source_id)
WHERE (list_contains($dropped_states, v.verdict) OR v.protocol = $request_protocol)
    AND (v.verdict NOT IN ('error', 'unknown') OR list_contains($required, v.protocol))
    AND NOT s.evaluates AND NOT s.granted AND (NOT s.untouched OR v.protocol = $request_protocol)
GROUP BY v.doc_id
