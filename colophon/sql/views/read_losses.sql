-- name: read_losses
-- purpose: documents of which something was lost in reading, by source and loss
-- grain: one row per source and loss
-- needs: documents sources
-- columns:
--   source_id: number of the source
--   source [authority]: name of the source
--   loss: what was lost
--   documents [authority]: documents that lost it
WITH lost AS (
    SELECT source_id, doc_id, unnest(read_losses) AS loss
    FROM documents
    WHERE read_losses IS NOT NULL
)
SELECT
    s.source_id,
    s.name AS source,
    l.loss,
    count(*) AS documents
FROM lost AS l
JOIN sources AS s USING (source_id)
GROUP BY s.source_id, s.position, s.name, l.loss
ORDER BY s.position, documents DESC, l.loss
