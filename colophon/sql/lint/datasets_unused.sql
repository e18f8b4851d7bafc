-- name: datasets_unused
-- purpose: datasets for training of which no document is kept and used
-- grain: one row per dataset
-- needs: sources documents_training
-- columns:
--   dataset: name of the dataset
SELECT DISTINCT dataset
FROM sources
WHERE stage NOT IN ('evaluation', 'validation') AND dataset NOT IN (SELECT dataset FROM documents_training)
ORDER BY dataset;
