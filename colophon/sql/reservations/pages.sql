-- name: pages
-- purpose: documents with an address, as the judge of reservations needs them, with the moments of this session
-- grain: one row per document with an address, host by host
-- needs: documents moments
-- columns:
--   doc_id: document
--   source_id: its source
--   authority: host
--   url: address
--   fetched_at: when it was fetched
--   fetched_on: the day, where no time is known
--   page_carriers: parts of the response that were looked through for what the page says itself
--   moment: the moment whose reservations count
SELECT d.doc_id, d.source_id, d.authority, d.url, d.fetched_at, d.fetched_on, d.page_carriers, m.moment
FROM documents AS d
JOIN moments AS m USING (doc_id)
WHERE d.authority IS NOT NULL
ORDER BY d.authority, d.doc_id
