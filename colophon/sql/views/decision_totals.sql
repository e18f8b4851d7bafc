-- name: decision_totals
-- purpose: why documents are not kept, by source and rule; the first rule that drops a document decides
-- grain: one row per source, rule, version and reason
-- needs: decisions documents sources
-- columns:
--   source_id: number of the source
--   source [authority]: name of the source
--   rule: rule
--   rule_version: its version
--   reason: the rule's reason
--   public_reason: reservation, look_failed, look_missing, duplicate, quality or legal_or_safety
--   documents [authority]: documents for which this rule decides
--   text_bytes: their UTF-8 bytes
--   documents_also [authority]: documents that another rule dropped first and this one would have dropped too
SELECT
    s.source_id,
    s.name AS source,
    x.rule,
    x.rule_version,
    x.reason,
    x.public_reason,
    count(*) FILTER (x.position = 0) AS documents,
    coalesce(sum(d.text_bytes) FILTER (x.position = 0), 0)::BIGINT AS text_bytes,
    count(*) FILTER (x.position > 0) AS documents_also
FROM decisions AS x
JOIN documents AS d USING (doc_id)
JOIN sources AS s USING (source_id)
GROUP BY s.source_id, s.position, s.name, x.rule, x.rule_version, x.reason, x.public_reason
ORDER BY s.position, documents DESC, x.rule, x.rule_version, x.reason
