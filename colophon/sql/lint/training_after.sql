-- name: training_after
-- purpose: signs that the model went on being trained on new data after a day
-- grain: one row per sign
-- needs: sources documents_training training_use
-- parameters:
--   day: day of the last update, YYYY-MM-DD
-- columns:
--   reason: what the sign is
SELECT 'source ' || name || ' keeps growing' AS reason
FROM sources
WHERE dynamic AND source_id IN (SELECT source_id FROM documents_training)
UNION ALL
SELECT 'checkpoint ' || checkpoint || ' was trained until ' || strftime(max(finished_at) AT TIME ZONE 'UTC', '%Y-%m-%d')
FROM training_use
WHERE CAST(finished_at AT TIME ZONE 'UTC' AS DATE) > CAST($day AS DATE)
GROUP BY checkpoint
ORDER BY reason;
