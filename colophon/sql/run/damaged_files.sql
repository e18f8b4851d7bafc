-- name: damaged_files
-- purpose: files of which a part could not be read, with how far they were read
-- grain: one row per source with such files
-- needs: shards damaged_files
-- parameters:
--   most: how many files to name
-- columns:
--   source_id: source
--   files: how many
--   named: the first of them, each with what happened and how far it was read
WITH by_file AS (
    SELECT
        s.source_id,
        d.path,
        min(d.position) AS position,
        sum(d.rows_read) AS rows_read,
        arg_min(d.detail, d.position) AS detail
    FROM damaged_files AS d
    JOIN shards AS s USING (shard_id)
    GROUP BY ALL
),
numbered AS (
    SELECT *, row_number() OVER (PARTITION BY source_id ORDER BY path) AS number
    FROM by_file
)
SELECT
    source_id,
    count(*) AS files,
    string_agg(
        format('{} ({}, first at {}, {:,} rows read)', path, detail, position, CAST(rows_read AS BIGINT)),
        ', ' ORDER BY path
    ) FILTER (WHERE number <= $most) AS named
FROM numbered
GROUP BY source_id
