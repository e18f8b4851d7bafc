-- name: ambiguous_documents
-- purpose: rows that may name several documents
-- grain: one row per row
-- needs: chosen
-- columns:
--   line: line of the log
--   documents: how many
SELECT line, documents FROM chosen WHERE ambiguous ORDER BY line LIMIT 1000
