-- name: hosts
-- purpose: the rows of the opt-out audit: documents and bytes by host, source and state at the moment asked about
-- grain: one row per host, source, state, deciding protocol and reason of an unknown state
-- needs: optout_documents
-- columns:
--   authority: host, null for documents without an address
--   registered_domain: its domain
--   source: name of the source
--   stage: training stage
--   trains [authority]: whether the source trains the model; evaluation data does not
--   legal_basis: copyright basis claimed for the source
--   effect [authority]: relied_on_art4, other_basis or basis_unknown
--   state: reserved, error, unknown, open, allowed, silent or not_applicable
--   protocol: protocol that decides the state, null where it is not applicable
--   unknown_reason [authority]: why the state is unknown, where it is
--   documents [authority]: documents collected
--   text_bytes: their UTF-8 bytes
--   documents_kept [authority]: of these, documents no rule drops
--   text_bytes_kept [authority]: their UTF-8 bytes
--   documents_third_party [authority]: documents whose deciding look was kept by a third party or a public archive
--   documents_absent [authority]: silent documents of whose host the deciding file is known to be absent: nothing was read
SELECT
    authority,
    any_value(registered_domain) AS registered_domain,
    source,
    stage,
    trains,
    legal_basis,
    effect,
    state,
    protocol,
    unknown_reason,
    count(*) AS documents,
    sum(text_bytes)::BIGINT AS text_bytes,
    count(*) FILTER (kept) AS documents_kept,
    coalesce(sum(text_bytes) FILTER (kept), 0)::BIGINT AS text_bytes_kept,
    count(*) FILTER (grade = 'third_party') AS documents_third_party,
    count(*) FILTER (state = 'silent' AND outcome = 'absent') AS documents_absent
FROM optout_documents
GROUP BY authority, source_id, source, stage, trains, legal_basis, effect, state, protocol, unknown_reason
ORDER BY text_bytes DESC, authority NULLS LAST, source, state, protocol, unknown_reason
