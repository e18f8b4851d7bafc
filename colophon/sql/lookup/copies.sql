-- name: copies
-- purpose: other places where texts of each place were found too; places of sources that are not collected from the
--   public web stay unnamed
-- grain: one row per place, other place and whether its text is kept
-- needs: addressed_documents duplicate_sources documents_training
-- parameters:
--   places: places as JSON, each with number, authority, hosts_below and path (decoded, with * at its end for any end, empty for any)
-- columns:
--   number: number of the place
--   domain: domain of the other place, null where it has none that may be named
--   kind: exact (same text) or near (similar text)
--   trains: whether the text trains the model from there
--   documents: texts found in both places
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
),
pairs AS (
    SELECT m.number, d.doc_id, d.kind, d.other_acquisition AS acquisition,
        coalesce(d.other_registered_domain, d.other_authority) AS domain, d.other_id
    FROM duplicate_sources AS d
    JOIN matched AS m ON m.doc_id = d.doc_id
    UNION ALL
    SELECT m.number, d.other_id AS doc_id, d.kind, d.acquisition,
        coalesce(d.registered_domain, d.authority) AS domain, d.doc_id AS other_id
    FROM duplicate_sources AS d
    JOIN matched AS m ON m.doc_id = d.other_id
)
SELECT
    p.number,
    CASE WHEN p.acquisition IN ('public_dataset', 'crawled_own', 'crawled_on_behalf') THEN p.domain END AS domain,
    p.kind,
    t.doc_id IS NOT NULL AS trains,
    count(DISTINCT p.doc_id) AS documents
FROM pairs AS p
ANTI JOIN matched AS own ON own.number = p.number AND own.doc_id = p.other_id
LEFT JOIN documents_training AS t ON t.doc_id = p.other_id
GROUP BY ALL
ORDER BY p.number, domain NULLS LAST, p.kind, trains
