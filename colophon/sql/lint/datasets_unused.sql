-- name: datasets_unused
-- purpose: datasets for training of which no document is kept and used
-- grain: one row per dataset
-- needs: training_sources documents_training
-- columns:
--   dataset: name of the dataset
SELECT DISTINCT dataset
FROM training_sources
WHERE dataset NOT IN (SELECT dataset FROM documents_training)
ORDER BY dataset;
