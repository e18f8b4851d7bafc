-- name: reservation_measures
-- purpose: protocols honoured, looks at their files and removals for a reservation
-- grain: one row per kind of file looked at; one row where none was
-- needs: fetches_without_look policy_file_looks policy_protocols rules decisions documents training_sources
-- columns:
--   honoured: protocols of the policy, required and honoured
--   removed: documents kept out of training for a reservation
--   unseen: used documents of the provider's crawls without a look at robots.txt on record before their fetch
--   after_failed: those fetched after a look that failed
--   file: protocol whose file it is, or page; empty where none was looked at
--   looks: fetches, each once, whatever protocols were read from it
--   failed: fetches that brought nothing that could be read, beside those
--   hosts: hosts looked at
--   first_month: MM/YYYY of the first look with a known time
--   last_month: MM/YYYY of the last
--   protocols: protocols that were looked for in the files
--   read_under: protocols that were read from the files, with specification and version of the reader
WITH readers AS (
    SELECT
        json_extract_string(parameters, '$.protocol') AS protocol,
        any_value(version) AS version,
        any_value(json_extract_string(parameters, '$.specification')) AS specification,
        any_value(json_extract_string(parameters, '$.specification_date')) AS specification_date
    FROM rules
    WHERE kind = 'parser'
    GROUP BY ALL
), read AS (
    SELECT DISTINCT file, unnest(protocols) AS protocol FROM policy_file_looks WHERE NOT failed
), read_under AS (
    SELECT
        file,
        list(struct_pack(
            protocol := protocol, version := version, specification := specification,
            specification_date := specification_date
        ) ORDER BY protocol) AS read_under
    FROM read
    JOIN readers USING (protocol)
    GROUP BY file
), looks AS (
    SELECT
        file,
        count(*) FILTER (NOT failed) AS looks,
        count(*) FILTER (failed) AS failed,
        count(DISTINCT authority) AS hosts,
        strftime(min(observed_at) AT TIME ZONE 'UTC', '%m/%Y') AS first_month,
        strftime(max(observed_at) AT TIME ZONE 'UTC', '%m/%Y') AS last_month,
        list_sort(list_distinct(flatten(list(protocols)))) AS protocols
    FROM policy_file_looks
    GROUP BY file
), removals AS (
    SELECT count(*) AS removed
    FROM decisions JOIN documents USING (doc_id) JOIN training_sources USING (source_id)
    WHERE decisions.public_reason = 'reservation' AND decisions.position = 0
), unlooked AS (
    SELECT count(*) FILTER (look = 'none') AS unseen, count(*) FILTER (look = 'failed') AS after_failed
    FROM fetches_without_look
)
SELECT
    (SELECT coalesce(list(protocol ORDER BY protocol), []) FROM policy_protocols WHERE honoured AND entered) AS honoured,
    removals.removed, unlooked.unseen, unlooked.after_failed, looks.file, looks.looks, looks.failed, looks.hosts, looks.first_month, looks.last_month,
    looks.protocols, read_under.read_under
FROM removals CROSS JOIN unlooked
LEFT JOIN looks ON true
LEFT JOIN read_under ON read_under.file = looks.file
ORDER BY looks.file;
