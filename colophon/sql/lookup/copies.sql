-- name: copies
-- purpose: other places where texts of a place were found too; places of sources that are not collected from the
--   public web stay unnamed
-- grain: one row per other place and whether its text is kept
-- needs: addressed_documents duplicate_sources documents_training
-- parameters:
--   authority: host to look for, with its port where one is given
--   subdomains: whether hosts below it count too
--   path: path the address begins with, empty for any
-- columns:
--   domain: domain of the other place, null where it has none that may be named
--   kind: exact (same text) or near (similar text)
--   trains: whether the text trains the model from there
--   documents: texts found in both places
WITH matched AS (
    SELECT a.doc_id
    FROM addressed_documents AS a
    WHERE (
        a.authority = $authority
        OR (a.host = $authority AND $subdomains)
        OR (ends_with(a.host, '.' || $authority) AND $subdomains)
    )
    AND (
        $path = ''
        OR a.path = $path
        OR (starts_with(a.path, $path) AND (ends_with($path, '/') OR substr(a.path, length($path) + 1, 1) IN ('/', '?')))
    )
),
pairs AS (
    SELECT doc_id, kind, other_acquisition AS acquisition,
        coalesce(other_registered_domain, other_authority) AS domain, other_id
    FROM duplicate_sources
    WHERE doc_id IN (SELECT doc_id FROM matched) AND other_id NOT IN (SELECT doc_id FROM matched)
    UNION ALL
    SELECT other_id AS doc_id, kind, acquisition,
        coalesce(registered_domain, authority) AS domain, doc_id AS other_id
    FROM duplicate_sources
    WHERE other_id IN (SELECT doc_id FROM matched) AND doc_id NOT IN (SELECT doc_id FROM matched)
)
SELECT
    CASE WHEN p.acquisition IN ('public_dataset', 'crawled_own', 'crawled_on_behalf') THEN p.domain END AS domain,
    p.kind,
    t.doc_id IS NOT NULL AS trains,
    count(DISTINCT p.doc_id) AS documents
FROM pairs AS p
LEFT JOIN documents_training AS t ON t.doc_id = p.other_id
GROUP BY ALL
ORDER BY domain NULLS LAST, p.kind, trains
