-- name: returned_documents
-- purpose: documents that are kept only because the copy that would have stood for them was dropped
-- reading: A row says: of several equal or similar texts one is kept. In the order of sources the second document named
--   here would have stood for all of them, but a rule dropped it, for example because its host reserves its rights;
--   so the first document, which would have gone as its copy, came back. The text is still in the corpus.
-- grain: one row per document that came back
-- needs: duplicates documents decisions sources training_sources
-- columns:
--   doc_id: the document that is kept
--   source: its source
--   trains [authority]: whether that source trains the model
--   authority: its host
--   url: its address
--   text_bytes: its UTF-8 bytes
--   dropped_id: the document that would have stood for it
--   dropped_source [authority]: its source
--   dropped_authority [authority]: its host
--   dropped_url: its address
--   dropped_rule [authority]: rule that dropped it
--   dropped_reason [authority]: the rule's reason
--   dropped_public_reason [authority]: reservation, look_failed, look_missing, quality or legal_or_safety
--   kind: exact (same text) or near (similar text)
--   similarity: Jaccard similarity of the two texts
WITH ordered AS (
    -- The order in which documents stand for others, as if no rule had dropped any: by source, then the earliest fetch.
    SELECT
        m.doc_id,
        m.cluster_id,
        m.kind,
        m.similarity,
        row_number() OVER (
            PARTITION BY m.cluster_id
            ORDER BY s.position, d.fetched_at NULLS LAST, d.content_id, d.path, d.position
        ) AS place
    FROM duplicates AS m
    JOIN documents AS d ON d.doc_id = m.doc_id
    JOIN sources AS s ON s.source_id = d.source_id
)
SELECT
    d.doc_id,
    s.name AS source,
    t.source_id IS NOT NULL AS trains,
    d.authority,
    d.url,
    d.text_bytes,
    o.doc_id AS dropped_id,
    os.name AS dropped_source,
    od.authority AS dropped_authority,
    od.url AS dropped_url,
    x.rule AS dropped_rule,
    x.reason AS dropped_reason,
    x.public_reason AS dropped_public_reason,
    o.kind,
    o.similarity
FROM ordered AS o
JOIN documents AS d ON d.doc_id = o.cluster_id
JOIN sources AS s ON s.source_id = d.source_id
LEFT JOIN training_sources AS t ON t.source_id = d.source_id
JOIN documents AS od ON od.doc_id = o.doc_id
JOIN sources AS os ON os.source_id = od.source_id
JOIN decisions AS x ON x.doc_id = o.doc_id AND x.position = 0 AND x.public_reason <> 'duplicate'
WHERE
    o.place = 1
    AND o.doc_id <> o.cluster_id
    AND o.cluster_id NOT IN (SELECT doc_id FROM decisions)
ORDER BY d.authority NULLS LAST, d.doc_id
