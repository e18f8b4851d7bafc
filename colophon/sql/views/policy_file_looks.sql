-- name: policy_file_looks
-- purpose: each fetch of a policy file, page or list once, whatever protocols were read from it
-- reading: A row says: this file was fetched at this time, and so many protocols were read from what came back. A
--   protocol may be younger than the file: its statements were read from the file of that time, and nobody need have
--   looked for them then.
-- grain: one row per host, address and time of a policy file, per page with a statement, and per file of a list
-- needs: observations rules shards
-- columns:
--   file [authority]: protocol whose file it is, or page
--   authority: host, null for a list
--   requested_url: what was asked for
--   observed_at: when it was looked at, of a list the first time in it
--   failed [authority]: whether nothing came back that could be read, and the file is not known to be absent
--   protocols [authority]: protocols that were read from it
--   acquisition: how the source was acquired whose data holds the look, null where it was collected
WITH read_from AS (
    SELECT
        json_extract_string(parameters, '$.protocol') AS protocol,
        any_value(json_extract_string(parameters, '$.read_from')) AS file
    FROM rules
    WHERE kind = 'parser'
    GROUP BY ALL
),
looks AS (
    SELECT
        o.*,
        s.acquisition,
        CASE o.place
            WHEN 'host' THEN concat_ws(' ', o.authority, coalesce(o.requested_url, o.origin), epoch_us(o.observed_at))
            WHEN 'page' THEN concat_ws(' ', coalesce(o.requested_url, o.origin), epoch_us(o.observed_at))
            WHEN 'list' THEN concat_ws(' ', o.protocol, o.origin)
        END AS fetched
    FROM observations AS o
    LEFT JOIN shards AS s USING (shard_id)
)
SELECT
    CASE place
        WHEN 'page' THEN 'page'
        -- The file of its own protocol, not of one whose lines it holds.
        ELSE coalesce(min(protocol) FILTER (r.file IS NULL), min(r.file))
    END AS file,
    CASE WHEN place <> 'list' THEN any_value(authority) END AS authority,
    any_value(requested_url) AS requested_url,
    min(observed_at) AS observed_at,
    bool_and(outcome NOT IN ('ok', 'absent')) AS failed,
    list_sort(list(DISTINCT protocol)) AS protocols,
    acquisition
FROM looks AS l
LEFT JOIN read_from AS r USING (protocol)
GROUP BY place, fetched, shard_id, acquisition
