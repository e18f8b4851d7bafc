-- name: version
-- purpose: the version of the summary: the generation of the record it is drawn from
-- grain: one row
-- needs:
-- parameters:
--   generation: the manifest's generation
-- columns:
--   version: number of the generation
SELECT CAST($generation AS VARCHAR) AS version;
