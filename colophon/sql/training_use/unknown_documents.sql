-- name: unknown_documents
-- purpose: rows that name no document of the record
-- grain: one row per row
-- needs: listed chosen
-- columns:
--   line: line of the log
SELECT line FROM listed WHERE line NOT IN (SELECT line FROM chosen) ORDER BY line LIMIT 1000
