-- name: shard_totals
-- purpose: what was read from every file, range or bundle, and whether its rows add up
-- grain: one row per shard
-- needs: shards sources
-- columns:
--   shard_id: ordinal of the shard
--   source [authority]: name of the source
--   role: documents, or signals for a file of policy snapshots
--   path: file, or first file of a bundle, relative to the corpus file
--   range_start: first byte or row of a range
--   range_end: end of the range, exclusive
--   files: number of files read
--   size_bytes: bytes read from storage
--   rows_read: rows met
--   documents: rows that gave a document
--   rejects: rows that gave none
--   evidence_rows: rows that gave an observation
--   skipped: rows that never carry a document
--   text_bytes: UTF-8 bytes of the documents
--   adds_up [authority]: whether rows_read = documents + rejects + evidence_rows + skipped
SELECT
    h.shard_id,
    s.name AS source,
    h.role,
    h.path,
    h.range_start,
    h.range_end,
    len(h.files) AS files,
    h.size_bytes,
    h.rows_read,
    h.documents,
    h.rejects,
    h.evidence_rows,
    h.skipped,
    h.text_bytes,
    h.rows_read = h.documents + h.rejects + h.evidence_rows + h.skipped AS adds_up
FROM shards AS h
LEFT JOIN sources AS s USING (source_id)
ORDER BY h.shard_id
