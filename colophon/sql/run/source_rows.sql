-- name: source_rows
-- purpose: what each source gave, and how many of its rows were lost to damage
-- grain: one row per source
-- needs: shards rejects
-- parameters:
--   damage: reasons that are damage
-- columns:
--   source_id: source
--   rows_read: rows read
--   documents: documents
--   evidence_rows: rows that were looks at hosts
--   rejects: rows that gave no document
--   damaged: rejects for damage
--   reasons: their reasons
SELECT s.source_id, sum(s.rows_read)::BIGINT AS rows_read, sum(s.documents)::BIGINT AS documents,
       sum(s.evidence_rows)::BIGINT AS evidence_rows, sum(s.rejects)::BIGINT AS rejects,
       coalesce(sum(d.damaged), 0)::BIGINT AS damaged, any_value(d.reasons) AS reasons
FROM shards s
LEFT JOIN (
    SELECT shard_id, count(*) AS damaged, string_agg(DISTINCT reason, ', ' ORDER BY reason) AS reasons
    FROM rejects WHERE list_contains($damage, reason) GROUP BY 1
) d USING (shard_id)
GROUP BY 1
