-- name: rows_add_up
-- purpose: shards whose rows do not add up; must be empty
-- grain: one row per shard at fault
-- needs: shard_totals
-- columns:
--   shard_id: ordinal of the shard
--   path: its file
--   rows_read: rows met
--   accounted: documents + rejects + evidence_rows + skipped
SELECT shard_id, path, rows_read, documents + rejects + evidence_rows + skipped AS accounted
FROM shard_totals
WHERE NOT adds_up
