-- name: decisions
-- purpose: why documents are not kept
-- grain: one row per source, rule, version and reason
-- needs: decision_totals
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
SELECT *
FROM decision_totals
