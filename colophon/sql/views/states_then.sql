-- name: states_then
-- purpose: the states of documents as of the moment that an audit compares with
-- reading: Outside of `colophon audit --against MOMENT`, which puts another moment here, nothing is compared: the states
--   are those of this session.
-- grain: one row per document
-- needs: optout_documents
-- columns:
--   doc_id: document
--   state: reserved, error, unknown, open, allowed, silent or not_applicable
--   protocol: protocol that decides the state
--   unknown_reason [authority]: why the state is unknown, where it is
SELECT doc_id, state, protocol, unknown_reason
FROM optout_documents
