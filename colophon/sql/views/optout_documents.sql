-- name: optout_documents
-- purpose: one state for each document, the first of reserved, error, unknown, open, allowed, silent over all its
--   protocols; error and unknown count only for protocols the policy requires. Where nothing else is known of a document
--   about which a protocol of the policy could speak, it is unknown
-- grain: one row per document
-- needs: documents sources training_sources decisions optout_audit policy_protocols
-- columns:
--   doc_id: document
--   source_id: source of the document
--   source: its name
--   stage: training stage
--   trains [authority]: whether the source trains the model
--   authority: host, null where the document has no address
--   registered_domain: its domain
--   text_bytes: UTF-8 bytes
--   state: reserved, error, unknown, open, allowed, silent, or not_applicable where no protocol can apply
--   protocol: protocol that decides the state, null where nobody looked at any and the policy requires none
--   unknown_reason [authority]: why the state is unknown, where it is
--   purposes [authority]: what the state is about: crawl, train, or both
--   grade: how well the deciding look is attested
--   kept [authority]: whether no rule drops the document
--   legal_basis: copyright basis claimed for the source
--   effect [authority]: relied_on_art4, other_basis or basis_unknown
--   outcome: what the deciding look brought back: a silent document was read (ok), or there is no file (absent)
WITH ranks (state, place) AS (
    VALUES ('reserved', 0), ('error', 1), ('unknown', 2), ('open', 3), ('allowed', 4), ('silent', 5)
),
first AS (
    SELECT
        a.doc_id,
        arg_min(
            {
                'state': CASE WHEN a.state = 'error' AND NOT a.required THEN 'unknown' ELSE a.state END,
                'protocol': a.protocol,
                'unknown_reason':
                    CASE WHEN a.state = 'error' AND NOT a.required THEN 'look_failed' ELSE a.unknown_reason END,
                'purposes': a.purposes,
                'grade': a.grade,
                'outcome': a.outcome
            },
            -- Of several that are silent, the one that had to be looked at is the one that decides.
            (
                a.state IN ('error', 'unknown') AND NOT a.required,
                r.place,
                a.state = 'silent' AND NOT a.required,
                a.protocol
            )
        ) AS deciding
    FROM optout_audit AS a
    JOIN ranks AS r USING (state)
    JOIN policy_protocols AS p ON p.protocol = a.protocol
    WHERE a.state <> 'unknown' OR (p.honoured AND p.carrier <> 'list') OR a.required
    GROUP BY a.doc_id
),
-- What can speak about documents with an address, and about those without.
speaking AS (
    SELECT
        coalesce(bool_or(carrier IN ('host', 'page')), false) AS to_addresses,
        coalesce(bool_or(carrier = 'media'), false) AS to_media
    FROM policy_protocols
    WHERE honoured
)
SELECT
    d.doc_id,
    d.source_id,
    s.name AS source,
    d.stage,
    t.source_id IS NOT NULL AS trains,
    d.authority,
    d.registered_domain,
    d.text_bytes,
    CASE
        WHEN f.deciding IS NOT NULL THEN f.deciding.state
        WHEN d.authority IS NOT NULL AND p.to_addresses OR d.modality <> 'text' AND p.to_media THEN 'unknown'
        WHEN s.acquisition IN ('crawled_own', 'crawled_on_behalf') AND p.to_addresses THEN 'unknown'
        ELSE 'not_applicable'
    END AS state,
    f.deciding.protocol AS protocol,
    CASE
        WHEN f.deciding IS NOT NULL THEN f.deciding.unknown_reason
        WHEN d.authority IS NOT NULL AND p.to_addresses OR d.modality <> 'text' AND p.to_media THEN 'not_observed'
        WHEN s.acquisition IN ('crawled_own', 'crawled_on_behalf') AND p.to_addresses THEN 'no_address'
    END AS unknown_reason,
    f.deciding.purposes AS purposes,
    f.deciding.grade AS grade,
    x.doc_id IS NULL AS kept,
    s.legal_basis,
    CASE s.legal_basis
        WHEN 'tdm_art4' THEN 'relied_on_art4'
        WHEN 'unknown' THEN 'basis_unknown'
        ELSE 'other_basis'
    END AS effect,
    f.deciding.outcome AS outcome
FROM documents AS d
CROSS JOIN speaking AS p
JOIN sources AS s ON s.source_id = d.source_id
LEFT JOIN training_sources AS t ON t.source_id = d.source_id
LEFT JOIN first AS f ON f.doc_id = d.doc_id
LEFT JOIN decisions AS x ON x.doc_id = d.doc_id AND x.position = 0
