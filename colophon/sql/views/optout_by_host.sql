-- name: optout_by_host
-- purpose: the states of the documents of each host, the hosts with the most text first
-- reading: A row says: from this host, so many documents are in this state, because of this protocol. A host has
--   several rows where its documents differ, for example because a rule speaks of one folder only, or because some
--   were fetched before the first look at its policy file.
-- grain: one row per host, state, deciding protocol, reason of an unknown state, and whether the source trains the model
-- needs: optout_documents
-- columns:
--   authority: host, with port where not the scheme's own
--   registered_domain: its domain
--   trains [authority]: whether the documents are of sources that train the model
--   state: reserved, error, unknown, open, allowed or silent; not_applicable where no protocol can apply
--   protocol: protocol that decides the state
--   unknown_reason [authority]: why the state is unknown, where it is
--   documents [authority]: documents collected
--   text_bytes: their UTF-8 bytes
--   documents_kept [authority]: of these, documents no rule drops
--   text_bytes_kept [authority]: their UTF-8 bytes
--   host_text_bytes [authority]: UTF-8 bytes of all documents of the host, by which hosts are ordered
SELECT
    authority,
    any_value(registered_domain) AS registered_domain,
    trains,
    state,
    protocol,
    unknown_reason,
    count(*) AS documents,
    sum(text_bytes)::BIGINT AS text_bytes,
    count(*) FILTER (kept) AS documents_kept,
    coalesce(sum(text_bytes) FILTER (kept), 0)::BIGINT AS text_bytes_kept,
    (sum(sum(text_bytes)) OVER (PARTITION BY authority))::BIGINT AS host_text_bytes
FROM optout_documents
WHERE authority IS NOT NULL
GROUP BY authority, trains, state, protocol, unknown_reason
ORDER BY host_text_bytes DESC, authority, trains DESC, state, protocol, unknown_reason
