-- name: duplicate_sources
-- purpose: where else a text was found: each document of a cluster beside the one that stands for it
-- grain: one row per document in a cluster, the representative left out
-- needs: duplicates documents documents_kept sources
-- columns:
--   doc_id: document
--   other_id: document that stands for it
--   kind: exact (same text) or near (similar text)
--   similarity: Jaccard similarity of the two texts
--   source_id: source of the document
--   source [authority]: its name
--   acquisition: how the document was acquired
--   authority: its host
--   registered_domain: its domain
--   url: its address
--   text_bytes: its UTF-8 bytes
--   kept [authority]: whether no rule drops the document
--   other_source_id: source of the document that stands for it
--   other_source [authority]: its name
--   other_acquisition [authority]: how that document was acquired
--   other_authority [authority]: its host
--   other_registered_domain [authority]: its domain
--   other_url: its address
--   other_kept [authority]: whether no rule drops that document
SELECT
    m.doc_id,
    m.cluster_id AS other_id,
    m.kind,
    m.similarity,
    d.source_id,
    s.name AS source,
    s.acquisition,
    d.authority,
    d.registered_domain,
    d.url,
    d.text_bytes,
    k.doc_id IS NOT NULL AS kept,
    o.source_id AS other_source_id,
    os.name AS other_source,
    os.acquisition AS other_acquisition,
    o.authority AS other_authority,
    o.registered_domain AS other_registered_domain,
    o.url AS other_url,
    ok.doc_id IS NOT NULL AS other_kept
FROM duplicates AS m
JOIN documents AS d ON d.doc_id = m.doc_id
JOIN sources AS s ON s.source_id = d.source_id
JOIN documents AS o ON o.doc_id = m.cluster_id
JOIN sources AS os ON os.source_id = o.source_id
LEFT JOIN documents_kept AS k ON k.doc_id = m.doc_id
LEFT JOIN documents_kept AS ok ON ok.doc_id = m.cluster_id
WHERE m.doc_id <> m.cluster_id
