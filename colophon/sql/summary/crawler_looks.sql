-- name: crawler_looks
-- purpose: how often the record shows a look at each kind of policy file for the provider's own crawls
-- grain: one row per kind of file
-- needs: policy_file_looks rules
-- columns:
--   file: protocol whose file it is, or page
--   looks: fetches, each once, whatever protocols were read from it
--   failed: fetches that brought nothing that could be read, beside those
--   hosts: hosts looked at
--   first_month: MM/YYYY of the first look with a known time
--   last_month: MM/YYYY of the last
--   read_under: protocols that were read from the files, with specification and version of the reader
WITH looks AS (
    SELECT *
    FROM policy_file_looks
    WHERE acquisition IN ('crawled_own', 'crawled_on_behalf')
),
readers AS (
    SELECT
        json_extract_string(parameters, '$.protocol') AS protocol,
        any_value(version) AS version,
        any_value(json_extract_string(parameters, '$.specification')) AS specification,
        any_value(json_extract_string(parameters, '$.specification_date')) AS specification_date
    FROM rules
    WHERE kind = 'parser'
    GROUP BY ALL
),
read AS (
    SELECT DISTINCT file, unnest(protocols) AS protocol FROM looks WHERE NOT failed
),
read_under AS (
    SELECT
        file,
        list(struct_pack(
            protocol := protocol, version := version, specification := specification,
            specification_date := specification_date
        ) ORDER BY protocol) AS read_under
    FROM read
    JOIN readers USING (protocol)
    GROUP BY file
)
SELECT
    file,
    count(*) FILTER (NOT failed) AS looks,
    count(*) FILTER (failed) AS failed,
    count(DISTINCT authority) AS hosts,
    strftime(min(observed_at) AT TIME ZONE 'UTC', '%m/%Y') AS first_month,
    strftime(max(observed_at) AT TIME ZONE 'UTC', '%m/%Y') AS last_month,
    any_value(u.read_under) AS read_under
FROM looks
LEFT JOIN read_under AS u USING (file)
GROUP BY file
ORDER BY file;
