-- name: license_conflicts
-- purpose: documents that a license or contract permits to use and a reservation forbids to train on
-- reading: A row says: this protocol reserves the document, although the dataset it came from, or the page itself,
--   names a license. A license on a dataset is mostly about the collection, and whoever put it together need not hold
--   the rights in the texts; a license on a page may be there by mistake. So neither overrides the reservation.
--   Only where overrides is true did the rights holder grant the use: then grantor and evidence are named. An accepted
--   request of a rights holder against such a grant is listed here too: one of the two is mistaken.
-- grain: one row per document and reserving protocol
-- needs: optout_audit documents sources granted_sources
-- columns:
--   doc_id: document
--   source: name of the source
--   trains [authority]: whether the source trains the model
--   authority: host
--   url: address of the document
--   text_bytes: UTF-8 bytes
--   kept [authority]: whether no rule drops the document
--   dataset_license [authority]: license that the corpus file states for the content, else for the collection, else as declared
--   page_license [authority]: license that the row or page claims
--   grantor: who granted the license of the source
--   license_evidence: where that is evidenced
--   legal_basis: copyright basis claimed for the source
--   overrides [authority]: whether a license or contract with grantor and evidence is claimed, which overrides the reservation
--   protocol: protocol that reserves
--   purposes [authority]: what it reserves: crawl, train, or both
--   rule: its deciding line
--   observation_id: the look it was read from
--   observed_at: when that look was made
WITH licensed AS (
    SELECT
        d.doc_id,
        -- NONE and NOASSERTION say that there is no license, or that nobody determined one.
        CASE WHEN named.dataset_license NOT IN ('NONE', 'NOASSERTION') THEN named.dataset_license END
            AS dataset_license,
        CASE WHEN d.license_observed NOT IN ('NONE', 'NOASSERTION') THEN d.license_observed END AS page_license,
        s.grantor,
        s.license_evidence,
        s.source_id IN (SELECT source_id FROM granted_sources) AS overrides
    FROM documents AS d
    JOIN sources AS s ON s.source_id = d.source_id
    CROSS JOIN LATERAL (
        SELECT coalesce(s.license_content, s.license_spdx, s.license_declared) AS dataset_license
    ) AS named
)
SELECT
    a.doc_id,
    a.source,
    a.trains,
    a.authority,
    a.url,
    a.text_bytes,
    a.kept,
    l.dataset_license,
    l.page_license,
    l.grantor,
    l.license_evidence,
    a.legal_basis,
    l.overrides,
    a.protocol,
    a.purposes,
    a.rule,
    a.observation_id,
    a.observed_at
FROM optout_audit AS a
JOIN licensed AS l ON l.doc_id = a.doc_id
WHERE a.state = 'reserved' AND (l.dataset_license IS NOT NULL OR l.page_license IS NOT NULL OR l.overrides)
ORDER BY a.authority NULLS LAST, a.doc_id, a.protocol
