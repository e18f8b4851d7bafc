-- name: verdict_states
-- purpose: how many documents each protocol leaves in each state
-- grain: one row per protocol, state and reason of an unknown state
-- needs: optout_audit
-- columns:
--   protocol: protocol
--   required: whether the policy requires a look at it
--   state: reserved, error, unknown, open, allowed, silent or not_applicable
--   unknown_reason: why the state is unknown, where it is
--   documents: documents
--   documents_kept: of these, documents no rule drops
--   text_bytes: UTF-8 bytes of the documents
SELECT
    protocol,
    required,
    state,
    unknown_reason,
    count(*) AS documents,
    count(*) FILTER (kept) AS documents_kept,
    sum(text_bytes)::BIGINT AS text_bytes
FROM optout_audit
GROUP BY ALL
ORDER BY protocol, state, unknown_reason
