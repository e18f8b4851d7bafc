-- name: misnamed_shards
-- purpose: shards that the log names and that are none, or several
-- grain: one row per name
-- needs: named_shards found_shards
-- columns:
--   line: line of the log
--   shard: shard as named
--   source: source as named
--   sources: sources it may be of
--   shard_id: one it may be
--   files: files of a shard that it is one of
--   found_in: sources it is of instead
SELECT
    n.line, n.shard, n.source,
    list(DISTINCT f.name ORDER BY f.name) FILTER (f.fits) AS sources,
    min(f.shard_id) FILTER (f.fits) AS shard_id,
    max(f.files) FILTER (f.fits AND f.files > 1) AS files,
    CASE WHEN bool_or(f.fits) THEN [] ELSE list(DISTINCT f.name ORDER BY f.name) FILTER (NOT f.fits) END AS found_in
FROM named_shards AS n LEFT JOIN found_shards AS f ON f.shard = n.shard AND f.source IS NOT DISTINCT FROM n.source
GROUP BY n.line, n.shard, n.source
HAVING count(DISTINCT f.source_id) FILTER (f.fits) <> 1 OR coalesce(max(f.files) FILTER (f.fits), 1) > 1
ORDER BY n.line LIMIT 1000
