-- name: read_losses
-- purpose: documents of which something was lost in reading
-- grain: one row per source and loss
-- needs: read_losses
-- columns:
--   source_id: number of the source
--   source [authority]: name of the source
--   loss: what was lost
--   documents [authority]: documents that lost it
SELECT *
FROM read_losses
