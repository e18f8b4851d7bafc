-- name: filtered
-- purpose: documents that one filter of the corpus drops, by the columns of documents
-- grain: one row per document
-- needs: documents source_rules
-- parameters:
--   precedence: place of the filter in the order of rules
--   rule: name of the filter
--   rule_version: version of filters
--   kind: what it filters by
--   public_reason: the reason as the public may read it
--   values: languages, licenses or domains
--   max_count: most personal data
--   min_bytes: least bytes of text
--   max_bytes: most bytes of text
-- columns:
--   doc_id: document
--   precedence: place of the rule in the order of rules
--   rule: rule that drops it
--   rule_version: version of the rule
--   reason: what the rule found
--   public_reason: the reason as the public may read it
SELECT
    d.doc_id,
    CAST($precedence AS INTEGER) AS precedence,
    $rule AS rule,
    $rule_version AS rule_version,
    $kind AS reason,
    $public_reason AS public_reason
FROM documents AS d JOIN source_rules AS s USING (source_id)
WHERE NOT s.evaluates
    AND CASE $kind
        WHEN 'language' THEN NOT list_contains($values, d.language)
        WHEN 'license' THEN d.license_effective IS NULL OR NOT list_contains($values, d.license_effective)
        WHEN 'domains' THEN list_contains($values, d.registered_domain) OR list_contains($values, d.authority)
        WHEN 'pii' THEN d.pii_count > CAST($max_count AS BIGINT)
        WHEN 'length' THEN d.text_bytes < CAST($min_bytes AS BIGINT) OR d.text_bytes > CAST($max_bytes AS BIGINT)
    END
