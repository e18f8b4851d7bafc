-- name: rejects
-- purpose: rows that gave no document, and why
-- grain: one row per source, reason and detail
-- needs: reject_reasons
-- columns:
--   source_id: number of the source
--   source [authority]: name of the source
--   reason: why the row gave no document
--   detail: a code that says more
--   rows [authority]: rows rejected
--   share [authority]: part of the rows read from the source
SELECT *
FROM reject_reasons
