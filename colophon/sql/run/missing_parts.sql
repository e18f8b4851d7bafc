-- name: missing_parts
-- purpose: text fields that some rows of a source have and others lack
-- grain: one row per source and name
-- needs: shards field_values
-- columns:
--   source_id: source
--   name: name of the input's column or key
--   rows: rows without it, or with null in it
SELECT
    s.source_id,
    v.name,
    (sum(v.rows) FILTER (v.outcome IN ('absent', 'null')))::BIGINT AS rows
FROM field_values AS v
JOIN shards AS s USING (shard_id)
WHERE v.field = 'text'
GROUP BY s.source_id, v.name
HAVING bool_or(v.outcome = 'used') AND bool_or(v.outcome IN ('absent', 'null'))
ORDER BY s.source_id, v.name
