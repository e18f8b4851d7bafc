-- name: unread_values
-- purpose: values of declared fields that were there and could not be read, by source
-- grain: one row per source, field and outcome
-- needs: field_values shards sources
-- columns:
--   source_id: number of the source
--   source [authority]: name of the source
--   field: key under `fields`
--   name: name of the input's column or key; empty for a time that the format itself states
--   outcome: why they could not be read
--   rows: rows with such a value
SELECT
    s.source_id,
    s.name AS source,
    v.field,
    v.name,
    v.outcome,
    sum(v.rows)::BIGINT AS rows
FROM field_values AS v
JOIN shards AS h USING (shard_id)
JOIN sources AS s ON s.source_id = h.source_id
WHERE v.outcome NOT IN ('used', 'day_only', 'absent', 'null', 'empty')
GROUP BY s.source_id, s.position, s.name, v.field, v.name, v.outcome
ORDER BY s.position, v.field, v.name, v.outcome
