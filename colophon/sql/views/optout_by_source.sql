-- name: optout_by_source
-- purpose: the states of the documents of each source
-- reading: A row says: of this source, so many documents are in this state, because of this protocol. The legal basis
--   is the one claimed for the source in the corpus file; nothing here says whether it holds.
-- grain: one row per source, state, deciding protocol and reason of an unknown state
-- needs: optout_documents
-- columns:
--   source: name of the source
--   stage: training stage
--   trains [authority]: whether the source trains the model; evaluation data does not
--   legal_basis: copyright basis claimed for the source
--   effect [authority]: relied_on_art4, other_basis or basis_unknown: whether a reservation matters for that basis
--   state: reserved, error, unknown, open, allowed, silent or not_applicable
--   protocol: protocol that decides the state, null where none applies
--   unknown_reason [authority]: why the state is unknown, where it is
--   documents [authority]: documents collected
--   text_bytes: their UTF-8 bytes
--   documents_kept [authority]: of these, documents no rule drops
--   text_bytes_kept [authority]: their UTF-8 bytes
SELECT
    source,
    any_value(stage) AS stage,
    any_value(trains) AS trains,
    any_value(legal_basis) AS legal_basis,
    any_value(effect) AS effect,
    state,
    protocol,
    unknown_reason,
    count(*) AS documents,
    sum(text_bytes)::BIGINT AS text_bytes,
    count(*) FILTER (kept) AS documents_kept,
    coalesce(sum(text_bytes) FILTER (kept), 0)::BIGINT AS text_bytes_kept
FROM optout_documents
-- A source is of one stage and claims one basis, so these need no group of their own.
GROUP BY source, state, protocol, unknown_reason
ORDER BY source, state, protocol, unknown_reason
