-- name: damaged_files
-- purpose: files of which a part could not be read, with how far they were read
-- grain: one row per shard and file
-- needs: damaged_files shards sources
-- columns:
--   source_id: number of the source
--   source [authority]: name of the source
--   path: file, relative to the corpus file
--   position: where the first damage was met: row in the file, or byte offset
--   rows_read [authority]: rows of the file, or of the shard's range of it, that were read all the same
--   places [authority]: places at which a part was lost
--   detail [authority]: what the first damage is
SELECT s.source_id, s.name AS source, d.path, d.position, d.rows_read, d.places, d.detail
FROM damaged_files AS d
JOIN shards AS h USING (shard_id)
JOIN sources AS s USING (source_id)
ORDER BY s.position, d.path, d.shard_id
