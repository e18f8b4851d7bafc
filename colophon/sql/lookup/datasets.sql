-- name: datasets
-- purpose: publicly known datasets that hold documents of each place
-- grain: one row per place and dataset
-- needs: addressed_documents
-- parameters:
--   places: places as JSON, each with number, authority, hosts_below and path (decoded, with * at its end for any end, empty for any)
-- columns:
--   number: number of the place
--   dataset: name of the dataset
--   homepage: where it can be found
WITH places AS (
    SELECT unnest(from_json(
        $places, '[{"number": "BIGINT", "authority": "VARCHAR", "hosts_below": "BOOLEAN", "path": "VARCHAR"}]'
    ), recursive := true)
),
hosts AS (
    SELECT DISTINCT authority, host FROM addressed_documents
),
-- Each host with its own name and those of the domains above it, so that names are compared and not searched.
named AS (
    SELECT authority, host, array_to_string(labels[unnest(range(1, len(labels) + 1)):], '.') AS name
    FROM (SELECT authority, host, string_split(host, '.') AS labels FROM hosts)
),
hosts_of_places AS (
    SELECT DISTINCT p.number, p.path, n.authority
    FROM places AS p
    JOIN named AS n ON n.name = p.authority AND p.hosts_below
    UNION
    SELECT p.number, p.path, h.authority
    FROM places AS p
    JOIN hosts AS h ON h.authority = p.authority
),
matched AS (
    SELECT h.number, a.doc_id
    FROM hosts_of_places AS h
    JOIN (
        -- As `audit.lookup` writes the paths asked for.
        SELECT doc_id, authority, nfc_normalize(coalesce(try(url_decode(path)), path)) AS path FROM addressed_documents
    ) AS a USING (authority)
    WHERE
        h.path = ''
        OR a.path = h.path
        OR (starts_with(a.path, h.path) AND (ends_with(h.path, '/') OR substr(a.path, length(h.path) + 1, 1) IN ('/', '?')))
        OR (ends_with(h.path, '*') AND starts_with(a.path, rtrim(h.path, '*')))
        -- A folder is asked for with and without the slash at its end.
        OR a.path || '/' = h.path
)
SELECT m.number, a.dataset, min(a.homepage) AS homepage
FROM matched AS m
JOIN addressed_documents AS a USING (doc_id)
WHERE a.publicly_known
GROUP BY m.number, a.dataset
ORDER BY m.number, a.dataset
