-- name: fetches
-- purpose: documents with their sources and fetches, from which moments follow
-- grain: one row per document
-- needs: documents
-- columns:
--   doc_id: document
--   source_id: its source
--   fetched_at: when it was fetched
--   fetched_on: the day, where no time is known
SELECT doc_id, source_id, fetched_at, fetched_on FROM documents
