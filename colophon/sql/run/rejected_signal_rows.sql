-- name: rejected_signal_rows
-- purpose: rows of signal files and registries that could not be read, each of which may be a reservation
-- grain: one row per source with such rows
-- needs: shards rejects
-- columns:
--   source_id: source
--   rejects: rows that could not be read
--   reasons: how many for which reason and detail
--   path: first of the files
WITH counted AS (
    SELECT s.source_id, r.reason, r.detail, count(*) AS rows, min(r.path) AS path
    FROM rejects AS r
    JOIN shards AS s USING (shard_id)
    WHERE s.role = 'signals'
    GROUP BY ALL
)
SELECT
    source_id,
    CAST(sum(rows) AS BIGINT) AS rejects,
    string_agg(reason || ' ' || detail || ' ' || rows, ', ' ORDER BY rows DESC, reason, detail) AS reasons,
    min(path) AS path
FROM counted
GROUP BY source_id
