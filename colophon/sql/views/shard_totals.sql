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
--   place [internal]: the file, or of a bundle the folder of all its files and how many they are
WITH ends AS (
    SELECT
        shard_id,
        string_split(list_min(list_transform(files, lambda f: f.path)), '/')[:-2] AS first_folders,
        string_split(list_max(list_transform(files, lambda f: f.path)), '/')[:-2] AS last_folders
    FROM shards
    WHERE len(files) > 1
),

-- What the first and the last path in order have in common, all of them have.
bundles AS (
    SELECT
        shard_id,
        first_folders[:coalesce(
            list_position(list_transform(first_folders, lambda f, i: f IS NOT DISTINCT FROM last_folders[i]), false) - 1,
            len(first_folders)
        )] AS folders
    FROM ends
)

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
    h.rows_read = h.documents + h.rejects + h.evidence_rows + h.skipped AS adds_up,
    CASE
        WHEN len(h.files) > 1 THEN if(len(b.folders) = 0, '.', array_to_string(b.folders, '/'))
            || format('/ ({:,} files)', len(h.files))
        ELSE h.path
    END AS place
FROM shards AS h
LEFT JOIN sources AS s USING (source_id)
LEFT JOIN bundles AS b ON b.shard_id = h.shard_id
ORDER BY h.shard_id
