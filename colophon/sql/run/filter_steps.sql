-- name: filter_steps
-- purpose: rows of the table filters: what each rule left of a source, in the order of rules
-- grain: one row per source and rule
-- needs: documents all_decided source_rules ordered_rules upstream
-- columns:
--   source_id: source
--   rule: rule
--   rule_version: version of the rule
--   reason: what it drops by
--   upstream: whether it was applied before the data came
--   documents_in: documents that came to it
--   documents_out: documents that it left
--   bytes_in: bytes of text that came to it
--   bytes_out: bytes of text that it left
WITH sizes AS (
    SELECT source_id, count(*) AS documents, sum(text_bytes) AS bytes FROM documents GROUP BY 1
), dropped AS (
    SELECT d.source_id, x.precedence, count(*) AS documents, sum(d.text_bytes) AS bytes
    FROM (SELECT doc_id, min(precedence) AS precedence FROM all_decided GROUP BY 1) x JOIN documents d USING (doc_id)
    GROUP BY 1, 2
), steps AS (
    SELECT s.source_id, r.*, s.documents, s.bytes,
           coalesce(d.documents, 0) AS dropped, coalesce(d.bytes, 0) AS dropped_bytes
    FROM sizes s
    JOIN source_rules t ON t.source_id = s.source_id AND NOT t.evaluates
    CROSS JOIN ordered_rules r
    LEFT JOIN dropped d ON d.source_id = s.source_id AND d.precedence = r.precedence
), counted AS (
    SELECT *, sum(dropped) OVER through AS so_far, sum(dropped_bytes) OVER through AS bytes_so_far
    FROM steps
    WINDOW through AS (PARTITION BY source_id ORDER BY precedence)
)
SELECT source_id, rule, rule_version, reason, upstream,
       CAST(documents - so_far + dropped AS BIGINT) AS documents_in,
       CAST(documents - so_far AS BIGINT) AS documents_out,
       CAST(bytes - bytes_so_far + dropped_bytes AS BIGINT) AS bytes_in,
       CAST(bytes - bytes_so_far AS BIGINT) AS bytes_out
FROM counted
UNION ALL
SELECT source_id, rule, 'declared', reason, true, documents_in, documents_out, NULL, NULL FROM upstream
