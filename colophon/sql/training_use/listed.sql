-- name: listed
-- purpose: rows of the log that name a document
-- grain: one row per such row
-- needs: log sources
-- columns:
--   named_source: number of the source named
--   line: line, and all other columns of the log
SELECT l.*, s.source_id AS named_source
FROM log AS l LEFT JOIN sources AS s ON s.name = l.source
WHERE l.doc_id IS NOT NULL OR l.content_id IS NOT NULL OR l.native_id IS NOT NULL
