-- name: unknown_hosts
-- purpose: hosts whose documents are in the state unknown, the most text first, with the reason
-- reading: A row says: for so many documents of this host, the policy requires a look at this protocol, and none
--   counts; or the policy requires none at all, and nothing is known. not_observed: nobody looked. after_only: the
--   first look came later than the moment asked about. stale: the last look before it is older than the policy allows.
--   other_scheme: only the file of http was looked at for a page of https, or the other way round. no_look_time: the
--   time of the look is not known. redirect_not_followed: the file is at another address, and there is no look at it in
--   the input. revisit_not_resolved: the file was unchanged since a look that is not in the input. no_fetch_time,
--   no_obtained_time, no_training_time: the moment itself is not known. no_address: a crawled document whose address is
--   not known. look_failed: the look at a protocol that is not required failed, and nothing else is known.
--   not_in_policy: the policy does not take the protocol into account. not_evaluated: the file is there, but this version
--   cannot read the protocol. terms_not_read: the file points to
--   terms that were not read. This is the list of what to look at first.
-- grain: one row per host, protocol, reason, and whether the source trains the model
-- needs: optout_documents
-- columns:
--   authority: host
--   registered_domain: its domain
--   trains [authority]: whether the documents are of sources that train the model
--   protocol: protocol that leaves them unknown, null where nobody looked at any and the policy requires none
--   unknown_reason [authority]: why
--   documents [authority]: documents collected
--   text_bytes: their UTF-8 bytes
--   documents_kept [authority]: of these, documents no rule drops
--   text_bytes_kept [authority]: their UTF-8 bytes
SELECT
    authority,
    any_value(registered_domain) AS registered_domain,
    trains,
    protocol,
    unknown_reason,
    count(*) AS documents,
    sum(text_bytes)::BIGINT AS text_bytes,
    count(*) FILTER (kept) AS documents_kept,
    coalesce(sum(text_bytes) FILTER (kept), 0)::BIGINT AS text_bytes_kept
FROM optout_documents
WHERE state = 'unknown'
GROUP BY authority, trains, protocol, unknown_reason
ORDER BY text_bytes DESC, authority NULLS LAST, protocol, unknown_reason
