-- name: nearby
-- purpose: documents at the hosts and in the domain of each place, beside those that the place names
-- grain: one row per place
-- needs: addressed_documents documents
-- parameters:
--   places: places as JSON, each with number, authority, hosts_below, path (decoded, with * at its end for any end, empty for any) and domain
-- columns:
--   number: number of the place
--   addresses_without_path: documents at its hosts whose address is kept without its path
--   documents_in_domain: documents in the domain that its host is in
WITH places AS (
    SELECT unnest(from_json(
        $places, '[{"number": "BIGINT", "authority": "VARCHAR", "hosts_below": "BOOLEAN", "path": "VARCHAR", "domain": "VARCHAR"}]'
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
counts AS (
    SELECT authority, count(*) AS documents, count(*) FILTER (path IN ('', '/')) AS without_path
    FROM addressed_documents
    GROUP BY authority
),
domains AS (
    SELECT DISTINCT authority, registered_domain FROM documents WHERE registered_domain IS NOT NULL
),
in_domains AS (
    SELECT n.name, sum(c.documents) AS documents
    FROM named AS n
    JOIN domains AS d ON d.authority = n.authority AND d.registered_domain = n.name
    JOIN counts AS c ON c.authority = n.authority
    GROUP BY n.name
)
SELECT
    p.number,
    coalesce(
        (
            SELECT sum(c.without_path)
            FROM hosts_of_places AS h
            JOIN counts AS c USING (authority)
            WHERE h.number = p.number
        ),
        0
    )::BIGINT AS addresses_without_path,
    coalesce((SELECT any_value(i.documents) FROM in_domains AS i WHERE i.name = p.domain), 0)::BIGINT AS documents_in_domain
FROM places AS p
ORDER BY p.number
