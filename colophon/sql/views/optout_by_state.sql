-- name: optout_by_state
-- purpose: the headline of the audit: how many documents are in each state, apart by whether a reservation matters for
--   the basis that is claimed
-- reading: A row says: so many documents, with so much text, are in this state, and so many of them were kept. Each
--   document is counted once, in the first of the states reserved, error, unknown, open, allowed and silent that any
--   protocol gives it. Unknown never means no: nobody looked, or not in time. With effect relied_on_art4 the
--   source claims the exception of Article 4, which a reservation can exclude; with other_basis it claims something
--   else, such as a contract.
-- grain: one row per effect, state, and whether the source trains the model
-- needs: optout_documents
-- columns:
--   trains [authority]: whether the source trains the model; evaluation data does not
--   effect [authority]: relied_on_art4, other_basis or basis_unknown
--   state: reserved, error, unknown, open, allowed, silent or not_applicable
--   documents [authority]: documents collected
--   text_bytes: their UTF-8 bytes
--   documents_kept [authority]: of these, documents no rule drops
--   text_bytes_kept [authority]: their UTF-8 bytes
SELECT
    trains,
    effect,
    state,
    count(*) AS documents,
    sum(text_bytes)::BIGINT AS text_bytes,
    count(*) FILTER (kept) AS documents_kept,
    coalesce(sum(text_bytes) FILTER (kept), 0)::BIGINT AS text_bytes_kept
FROM optout_documents
GROUP BY trains, effect, state
ORDER BY trains DESC, effect, state
