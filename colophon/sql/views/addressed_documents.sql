-- name: addressed_documents
-- purpose: documents with an address, with host and path apart and what became of them, for look-ups by place
-- grain: one row per document with an address
-- needs: documents decisions sources training_sources training_use
-- columns:
--   doc_id: document
--   source_id: source of the document
--   authority: host, with port where not the scheme's own
--   host [authority]: host without port
--   path: path and query of the address, empty where the address is kept without them
--   stage: training stage
--   acquisition: how it was acquired
--   modality: text, image, audio, video or other
--   dataset: dataset the source belongs to
--   homepage: where the dataset can be found
--   publicly_known: whether the dataset is publicly known to be used
--   fetched_at: when it was fetched
--   fetched_on: the day, where no time is known
--   trains [authority]: whether the source trains the model
--   used [authority]: whether training used it; where no training use was imported, whether it is kept and its source trains
--   kept [authority]: whether no rule drops the document
--   public_reason: reason for dropping it, as the public may read it
SELECT
    d.doc_id,
    d.source_id,
    d.authority,
    regexp_replace(d.authority, ':[0-9]+$', '') AS host,
    coalesce(regexp_extract(d.url, '^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*(.*)$', 1), '') AS path,
    d.stage,
    s.acquisition,
    d.modality,
    s.dataset,
    s.homepage,
    s.publicly_known,
    d.fetched_at,
    d.fetched_on,
    t.source_id IS NOT NULL AS trains,
    -- What a training log names was used, whatever the record says it is for, and whatever a rule decided.
    (
        x.doc_id IS NULL AND (
            (t.source_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM training_use))
            OR d.source_id IN (SELECT source_id FROM training_use WHERE shard_id IS NULL AND doc_id IS NULL)
            OR d.shard_id IN (SELECT shard_id FROM training_use WHERE shard_id IS NOT NULL)
        )
    )
    OR d.doc_id IN (SELECT doc_id FROM training_use WHERE doc_id IS NOT NULL) AS used,
    x.doc_id IS NULL AS kept,
    x.public_reason
FROM documents AS d
JOIN sources AS s ON s.source_id = d.source_id
LEFT JOIN training_sources AS t ON t.source_id = d.source_id
LEFT JOIN decisions AS x ON x.doc_id = d.doc_id AND x.position = 0
WHERE d.authority IS NOT NULL
