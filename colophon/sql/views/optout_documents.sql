-- name: optout_documents
-- purpose: one state for each document, the first of reserved, error, unknown, open, allowed, silent over all its
--   protocols; unknown counts only for protocols the policy requires
-- grain: one row per document
-- needs: documents sources training_sources decisions optout_audit
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
--   protocol: protocol that decides the state
--   unknown_reason [authority]: why the state is unknown, where it is
--   purposes [authority]: what the state is about: crawl, train, or both
--   grade: how well the deciding look is attested
--   kept [authority]: whether no rule drops the document
--   legal_basis: copyright basis claimed for the source
--   effect [authority]: relied_on_art4, other_basis or basis_unknown
WITH ranks (state, place) AS (
    VALUES ('reserved', 0), ('error', 1), ('unknown', 2), ('open', 3), ('allowed', 4), ('silent', 5)
),
first AS (
    SELECT
        a.doc_id,
        arg_min(
            {
                'state': a.state,
                'protocol': a.protocol,
                'unknown_reason': a.unknown_reason,
                'purposes': a.purposes,
                'grade': a.grade
            },
            (r.place, a.protocol)
        ) AS deciding
    FROM optout_audit AS a
    JOIN ranks AS r USING (state)
    WHERE a.state <> 'unknown' OR a.required
    GROUP BY a.doc_id
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
    coalesce(f.deciding.state, 'not_applicable') AS state,
    f.deciding.protocol AS protocol,
    f.deciding.unknown_reason AS unknown_reason,
    f.deciding.purposes AS purposes,
    f.deciding.grade AS grade,
    x.doc_id IS NULL AS kept,
    s.legal_basis,
    CASE s.legal_basis
        WHEN 'tdm_art4' THEN 'relied_on_art4'
        WHEN 'unknown' THEN 'basis_unknown'
        ELSE 'other_basis'
    END AS effect
FROM documents AS d
JOIN sources AS s ON s.source_id = d.source_id
LEFT JOIN training_sources AS t ON t.source_id = d.source_id
LEFT JOIN first AS f ON f.doc_id = d.doc_id
LEFT JOIN decisions AS x ON x.doc_id = d.doc_id AND x.position = 0
