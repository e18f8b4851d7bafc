-- name: rejected_signals
-- purpose: what pages say about their use that gave no document, so that nothing of them can be trained on
-- reading: A row says: this address was read, gave no text (an image, a PDF file, an error page, an empty page), and
--   said this about its use. It is no part of the audit of documents. It tells what a host says on its other pages.
-- grain: one row per look at a page without document, and statement in it
-- needs: observations signals shards sources
-- columns:
--   observation_id: the look
--   source: source it was read from
--   authority: host
--   requested_url: address of the page
--   observed_at: when it was read
--   http_status: status of the response
--   protocol: protocol of the statement
--   purpose: what it is about: crawl or train
--   state: what it means by itself
--   value: what it says, in the protocol's own word
--   rule: the statement and its place
SELECT
    o.observation_id,
    s.name AS source,
    o.authority,
    o.requested_url,
    o.observed_at,
    o.http_status,
    o.protocol,
    g.purpose,
    g.state,
    g.value,
    g.rule
FROM observations AS o
LEFT JOIN signals AS g ON g.observation_id = o.observation_id
LEFT JOIN shards AS h ON h.shard_id = o.shard_id
LEFT JOIN sources AS s ON s.source_id = h.source_id
WHERE o.place = 'page' AND o.doc_id IS NULL
ORDER BY o.authority NULLS LAST, o.requested_url, o.observation_id, g.signal_id
