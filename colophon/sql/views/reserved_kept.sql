-- name: reserved_kept
-- purpose: documents that are kept although a protocol reserves them, with the reason why they are
-- reading: A row says: this protocol reserves the document, and no rule drops it. granted: a license or contract of
--   the rights holder, with grantor and evidence, overrides. not_training: it is evaluation or validation data, which
--   no rule drops. awaits_run: an accepted request came after the last run, and the next one drops the document.
--   not_honoured: the policy does not take this protocol into account. without_effect: the use rests on a basis that a
--   reservation does not touch, as is claimed, and the policy keeps such documents. policy_keeps: the policy keeps what
--   is reserved. decided_otherwise: the decision was made as of another moment or under another policy than this audit
--   asks about, or a reservation came to the record after its last run; a later reservation says nothing about an
--   earlier fetch.
-- grain: one row per document and reserving protocol
-- needs: optout_audit sources granted_sources sources_without_effect policy_protocols rules
-- columns:
--   doc_id: document
--   source: name of the source
--   stage: training stage
--   trains [authority]: whether the source trains the model
--   authority: host
--   url: address of the document
--   text_bytes: UTF-8 bytes
--   protocol: protocol that reserves
--   purposes [authority]: what it reserves: crawl, train, or both
--   rule: its deciding line
--   observation_id: the look it was read from
--   observed_at: when that look was made
--   kept_because [authority]: the reason, one of the words above
--   legal_basis: copyright basis claimed for the source
--   grantor: who granted the license or contract, where one is claimed
--   license_evidence: where that is evidenced
--   effect [authority]: relied_on_art4, other_basis or basis_unknown
WITH policy AS (
    SELECT
        any_value(json_extract_string(parameters, '$.actions.reserved')) AS action,
        any_value(json_extract_string(parameters, '$.without_effect')) AS without_effect
    FROM rules
    WHERE kind = 'policy'
)
SELECT
    a.doc_id,
    a.source,
    a.stage,
    a.trains,
    a.authority,
    a.url,
    a.text_bytes,
    a.protocol,
    a.purposes,
    a.rule,
    a.observation_id,
    a.observed_at,
    CASE
        WHEN a.stage IN ('evaluation', 'validation') THEN 'not_training'
        WHEN a.source_id IN (SELECT source_id FROM granted_sources) THEN 'granted'
        WHEN a.protocol = 'request' THEN 'awaits_run'
        WHEN NOT p.honoured THEN 'not_honoured'
        WHEN (SELECT without_effect FROM policy) = 'report'
            AND a.source_id IN (SELECT source_id FROM sources_without_effect) THEN 'without_effect'
        WHEN (SELECT action FROM policy) = 'keep' THEN 'policy_keeps'
        ELSE 'decided_otherwise'
    END AS kept_because,
    a.legal_basis,
    s.grantor,
    s.license_evidence,
    a.effect
FROM optout_audit AS a
JOIN sources AS s ON s.source_id = a.source_id
JOIN policy_protocols AS p ON p.protocol = a.protocol
WHERE a.state = 'reserved' AND a.kept
ORDER BY a.authority NULLS LAST, a.doc_id, a.protocol
