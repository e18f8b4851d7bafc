-- name: datasets
-- purpose: publicly known datasets that hold documents of a place
-- grain: one row per dataset
-- needs: addressed_documents
-- parameters:
--   authority: host to look for, with its port where one is given
--   subdomains: whether hosts below it count too
--   path: path the address begins with, empty for any
-- columns:
--   dataset: name of the dataset
--   homepage: where it can be found
SELECT a.dataset, min(a.homepage) AS homepage
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
    AND a.publicly_known
GROUP BY a.dataset
ORDER BY a.dataset
