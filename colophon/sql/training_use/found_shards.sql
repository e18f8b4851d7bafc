-- name: found_shards
-- purpose: what the shards that the log names may be
-- grain: one row per named shard and shard of the record
-- needs: shards sources named_shards
-- columns:
--   source: source as named
--   shard: shard as named
--   shard_id: shard of the record
--   source_id: its source
--   name: name of its source
--   files: files of the shard
--   by_id: whether it was named by its id
--   fits: whether it is of the source named
WITH held AS (
    SELECT h.shard_id, h.source_id, s.name, h.files
    FROM shards AS h JOIN sources AS s USING (source_id) WHERE h.role = 'documents'
), of_files AS (
    SELECT shard_id, source_id, name, len(files) AS files, unnest(files).path AS path FROM held
), named AS (
    SELECT n.source, n.shard, h.shard_id, h.source_id, h.name, 1 AS files, true AS by_id
    FROM named_shards AS n JOIN held AS h ON CAST(h.shard_id AS VARCHAR) = n.shard
    UNION ALL
    SELECT n.source, n.shard, f.shard_id, f.source_id, f.name, f.files, false
    FROM named_shards AS n JOIN of_files AS f ON f.path = n.shard
)
SELECT *, source IS NULL OR source = name AS fits FROM named
QUALIFY by_id OR NOT bool_or(by_id) OVER (PARTITION BY source, shard)
