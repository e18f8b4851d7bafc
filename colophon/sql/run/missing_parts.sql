-- name: missing_parts
-- purpose: text fields that some rows of a source have and others lack
-- grain: one row per source and name
-- needs: shards field_values
-- columns:
--   source_id: source
--   name: name of the input's column or key
SELECT s.source_id, v.name
FROM field_values AS v
JOIN shards AS s USING (shard_id)
WHERE v.field = 'text'
GROUP BY s.source_id, v.name
HAVING bool_or(v.outcome = 'used') AND bool_or(v.outcome IN ('absent', 'null'))
ORDER BY s.source_id, v.name
