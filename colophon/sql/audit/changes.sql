-- name: changes
-- purpose: documents whose state at one moment is another than at a second one, by host
-- reading: A row says: of this host, so many documents were in the first state then and are in the second state now.
--   Then and now are the moments that the audit was asked for. A host that reserved later than the fetch shows here
--   as silent then and reserved now; that says nothing about the fetch itself.
-- grain: one row per host, pair of states with their protocols and reasons, and whether the source trains the model
-- needs: optout_documents states_then
-- columns:
--   authority: host, null for documents without an address
--   trains [authority]: whether the documents are of sources that train the model
--   state_then [authority]: state at the moment compared with
--   protocol_then: protocol that decided it
--   unknown_reason_then: why it was unknown, where it was
--   state_now [authority]: state at the moment asked for
--   protocol_now: protocol that decides it
--   unknown_reason_now: why it is unknown, where it is
--   documents [authority]: documents collected
--   text_bytes: their UTF-8 bytes
--   documents_kept [authority]: of these, documents no rule drops
--   text_bytes_kept [authority]: their UTF-8 bytes
SELECT
    n.authority,
    n.trains,
    t.state AS state_then,
    t.protocol AS protocol_then,
    t.unknown_reason AS unknown_reason_then,
    n.state AS state_now,
    n.protocol AS protocol_now,
    n.unknown_reason AS unknown_reason_now,
    count(*) AS documents,
    sum(n.text_bytes)::BIGINT AS text_bytes,
    count(*) FILTER (n.kept) AS documents_kept,
    coalesce(sum(n.text_bytes) FILTER (n.kept), 0)::BIGINT AS text_bytes_kept
FROM optout_documents AS n
JOIN states_then AS t ON t.doc_id = n.doc_id
WHERE (t.state, t.unknown_reason) IS DISTINCT FROM (n.state, n.unknown_reason)
GROUP BY ALL
ORDER BY text_bytes DESC, n.authority NULLS LAST, t.state, n.state, t.protocol, n.protocol, n.trains DESC
