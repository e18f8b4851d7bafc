-- name: idle_fields
-- purpose: declared fields that gave nothing: no row has a value under the name, and some lack it or have what cannot be read
-- grain: one row per source and field
-- needs: shards field_values
-- columns:
--   source_id: source
--   field: key under `fields`
--   name: name of the input's column or key
--   outcomes: why it could not be read
SELECT
    s.source_id,
    v.field,
    v.name,
    string_agg(DISTINCT v.outcome, ', ' ORDER BY v.outcome) FILTER (v.outcome NOT IN ('absent', 'null', 'empty')) AS outcomes
FROM field_values AS v
JOIN shards AS s USING (shard_id)
GROUP BY s.source_id, v.field, v.name
HAVING NOT bool_or(v.outcome IN ('used', 'day_only')) AND bool_or(v.outcome NOT IN ('null', 'empty'))
ORDER BY s.source_id, v.field, v.name
