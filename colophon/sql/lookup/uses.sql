-- name: uses
-- purpose: what became of the documents at each place
-- grain: one row per place, acquisition, stage, modality, use and public reason
-- needs: addressed_documents
-- parameters:
--   places: places as JSON, each with number, authority, hosts_below and path (decoded, with * at its end for any end, empty for any)
--   tells_acquisition: whether it is told how documents were acquired
-- columns:
--   number: number of the place
--   acquisition: how it was acquired; null where that is not told
--   stage: training stage
--   modality: text, image, audio, video or other
--   trains: whether the source trains the model
--   used: whether training used the documents
--   kept: whether no rule drops the documents
--   public_reason: reason for dropping them, null where kept
--   documents: documents
--   first_month: month of the earliest known fetch, YYYY-MM
--   last_month: month of the latest known fetch, YYYY-MM
--   undated: documents whose time of fetch is not known
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
SELECT
    m.number,
    CASE WHEN $tells_acquisition THEN a.acquisition END AS acquisition,
    a.stage,
    a.modality,
    a.trains,
    a.used,
    a.kept,
    a.public_reason,
    count(*) AS documents,
    strftime(min(coalesce(a.fetched_at, a.fetched_on::TIMESTAMPTZ)), '%Y-%m') AS first_month,
    strftime(max(coalesce(a.fetched_at, a.fetched_on::TIMESTAMPTZ)), '%Y-%m') AS last_month,
    count(*) - count(coalesce(a.fetched_at, a.fetched_on::TIMESTAMPTZ)) AS undated
FROM matched AS m
JOIN addressed_documents AS a USING (doc_id)
GROUP BY ALL
ORDER BY m.number, a.used DESC, a.kept DESC, a.trains DESC, acquisition, a.stage, a.modality, a.public_reason
