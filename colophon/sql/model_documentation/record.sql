-- name: record
-- purpose: the record this documentation is drawn from, by the hashes that protect it from unintended changes
-- grain: one row
-- needs:
-- parameters:
--   generation: the manifest's generation
--   root_hash: its root hash
--   content_hash: its content hash
-- columns:
--   generation: number of the generation
--   root_hash: hash over the files of the record
--   content_hash: hash over the rows of the record, the same for every version of the libraries
SELECT
    CAST($generation AS BIGINT) AS generation, CAST($root_hash AS VARCHAR) AS root_hash,
    CAST($content_hash AS VARCHAR) AS content_hash;
