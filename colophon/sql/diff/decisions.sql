-- name: decisions
-- purpose: what two records are compared by, rule by rule
-- grain: one row per source, rule, version and reason
-- needs: decision_totals
-- columns:
--   item: source, rule, its version and the reason
--   documents: documents for which the rule decides
--   text_bytes: their UTF-8 bytes
SELECT concat_ws(' ', source, rule, rule_version, reason) AS item, documents, text_bytes
FROM decision_totals
ORDER BY item
