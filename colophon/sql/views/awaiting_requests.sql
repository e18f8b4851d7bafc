-- name: awaiting_requests
-- purpose: documents whose standing an accepted request changed after the newest run, which no decision rests on yet
-- reading: A row says: a request that names this document was accepted, or the one that bound it was withdrawn, since
--   the newest run. An audit counts it at once; until the next run, decisions and what is exported are those of before.
-- grain: one row per document
-- needs: requested_documents verdicts observations documents sources decisions
-- columns:
--   doc_id: document
--   request: the request that was accepted or withdrawn
--   standing [authority]: accepted or withdrawn
--   source [authority]: name of the source
--   authority: host, null where the document has no address
--   text_bytes: UTF-8 bytes
--   kept [authority]: whether no rule drops the document so far
WITH judged AS (
    SELECT v.doc_id, o.origin AS request
    FROM verdicts AS v
    JOIN observations AS o USING (observation_id)
    WHERE v.protocol = 'request'
)
SELECT
    d.doc_id,
    coalesce(r.request, j.request) AS request,
    CASE WHEN r.doc_id IS NULL THEN 'withdrawn' ELSE 'accepted' END AS standing,
    s.name AS source,
    d.authority,
    d.text_bytes,
    x.doc_id IS NULL AS kept
FROM requested_documents AS r
FULL JOIN judged AS j ON j.doc_id = r.doc_id
JOIN documents AS d ON d.doc_id = coalesce(r.doc_id, j.doc_id)
JOIN sources AS s ON s.source_id = d.source_id
LEFT JOIN decisions AS x ON x.doc_id = d.doc_id AND x.position = 0
WHERE r.doc_id IS NULL OR j.doc_id IS NULL
ORDER BY d.authority NULLS LAST, d.doc_id
