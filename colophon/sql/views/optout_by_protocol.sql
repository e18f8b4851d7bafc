-- name: optout_by_protocol
-- purpose: how many documents each protocol leaves in each state
-- reading: A row says: asked about this protocol alone, so many documents are in this state. The same document is
--   counted under every protocol, so rows of several protocols must not be added up. A host may be silent under one
--   protocol and unknown under another: robots.txt was read, tdmrep.json was never asked for.
-- grain: one row per protocol, state, reason of an unknown state, and whether the source trains the model
-- needs: optout_audit
-- columns:
--   protocol: protocol
--   required: whether the policy requires a look at it; unknown reaches the headline for these alone
--   trains [authority]: whether the documents are of sources that train the model
--   state: reserved, error, unknown, open, allowed, silent or not_applicable
--   unknown_reason [authority]: why the state is unknown, where it is
--   documents [authority]: documents
--   text_bytes: their UTF-8 bytes
--   documents_kept [authority]: of these, documents no rule drops
--   text_bytes_kept [authority]: their UTF-8 bytes
SELECT
    protocol,
    any_value(required) AS required,
    trains,
    state,
    unknown_reason,
    count(*) AS documents,
    sum(text_bytes)::BIGINT AS text_bytes,
    count(*) FILTER (kept) AS documents_kept,
    coalesce(sum(text_bytes) FILTER (kept), 0)::BIGINT AS text_bytes_kept
FROM optout_audit
GROUP BY protocol, trains, state, unknown_reason
ORDER BY protocol, trains DESC, state, unknown_reason
