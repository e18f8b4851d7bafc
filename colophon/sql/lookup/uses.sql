-- name: uses
-- purpose: what became of the documents at a place
-- grain: one row per acquisition, stage, modality, use and public reason
-- needs: addressed_documents
-- parameters:
--   authority: host to look for, with its port where one is given
--   subdomains: whether hosts below it count too
--   path: path the address begins with, empty for any
-- columns:
--   acquisition: how it was acquired
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
SELECT
    a.acquisition,
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
GROUP BY ALL
ORDER BY a.used DESC, a.kept DESC, a.trains DESC, a.acquisition, a.stage, a.modality, a.public_reason
