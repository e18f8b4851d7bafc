-- name: datasets_cut
-- purpose: used datasets of which documents were left out of training
-- grain: one row per dataset and acquisition
-- needs: documents documents_training sources
-- columns:
--   dataset: name of the dataset
--   acquisition: how it was acquired
--   selection: how a part of it was chosen, as declared
--   documents: its documents
--   left_out: those of them that are not used
SELECT
    dataset,
    acquisition,
    string_agg(DISTINCT selection, '; ' ORDER BY selection) AS selection,
    count(*) AS documents,
    count(*) FILTER (documents.doc_id NOT IN (SELECT doc_id FROM documents_training)) AS left_out
FROM documents JOIN sources USING (source_id)
WHERE source_id IN (SELECT source_id FROM documents_training)
GROUP BY dataset, acquisition
HAVING left_out > 0
ORDER BY dataset, acquisition;
