-- name: hosts
-- purpose: the hosts whose policy files are collected, and what earlier looks let ask for changes alone
-- grain: one row per host that was reached by http or https, or whose addresses are kept without their scheme
-- needs: documents observations signals
-- parameters:
--   asked: protocols whose files hosts are asked for, with spaces between
--   pointed: of these, protocols to whose files those of another protocol may point
-- columns:
--   authority: host, with port where not the scheme's own
--   schemes: those by which documents of the host came, https for addresses kept without one; a file speaks for its own
--   known: newest readable version of each policy file with a mark by which its host can tell whether it has changed
--   licenses: addresses of files that known versions of other files point to, such as those of RSL in a robots.txt
WITH addressed AS (
    SELECT
        authority,
        list_sort(list(DISTINCT CASE WHEN starts_with(url, 'http:') THEN 'http' ELSE 'https' END)) AS schemes
    FROM documents
    WHERE
        authority IS NOT NULL
        AND (starts_with(url, 'http:') OR starts_with(url, 'https:') OR NOT contains(url, '://'))
    GROUP BY authority
),
marked AS (
    SELECT
        authority,
        protocol,
        coalesce(final_url, requested_url) AS url,
        CASE WHEN json_valid(headers_kept) THEN headers_kept ->> 'etag' END AS etag,
        CASE WHEN json_valid(headers_kept) THEN headers_kept ->> 'last-modified' END AS last_modified,
        evidence_sha256
    FROM observations
    WHERE
        place = 'host'
        AND list_contains(string_split($asked, ' '), protocol)
        AND outcome = 'ok'
        AND grade <> 'asserted'
        AND evidence_sha256 IS NOT NULL
        AND observed_at IS NOT NULL
        AND coalesce(final_url, requested_url) IS NOT NULL
        AND (etag IS NOT NULL OR last_modified IS NOT NULL)
    QUALIFY row_number() OVER (PARTITION BY authority, protocol, url ORDER BY observed_at DESC, observation_id) = 1
),
pointed AS (
    SELECT DISTINCT r.authority, o.protocol, r.evidence_sha256, s.value AS url
    FROM marked AS r
    JOIN observations AS o
        ON
            o.authority = r.authority
            AND o.evidence_sha256 = r.evidence_sha256
            AND o.protocol <> r.protocol
            AND list_contains(string_split($pointed, ' '), o.protocol)
            AND o.place = 'host'
    JOIN signals AS s ON s.observation_id = o.observation_id
),
known AS (
    SELECT
        authority,
        list(struct_pack(
            protocol := protocol, url := url, etag := etag, last_modified := last_modified,
            evidence_sha256 := evidence_sha256
        ) ORDER BY protocol, url) AS known
    FROM marked
    GROUP BY authority
),
licenses AS (
    SELECT
        authority,
        list(struct_pack(protocol := protocol, evidence_sha256 := evidence_sha256, url := url)
            ORDER BY protocol, evidence_sha256, url) AS licenses
    FROM pointed
    GROUP BY authority
)
SELECT a.authority, a.schemes, coalesce(k.known, []) AS known, coalesce(l.licenses, []) AS licenses
FROM addressed AS a
LEFT JOIN known AS k USING (authority)
LEFT JOIN licenses AS l USING (authority)
ORDER BY a.authority
