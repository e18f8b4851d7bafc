-- name: evaluated_shards
-- purpose: shards of evaluation documents, with the generation that read them
-- grain: one row per shard
-- needs: read_in shards
-- columns:
--   shard_id: shard
--   generation: generation that read it
--   source_id: its source
SELECT shard_id, generation, source_id FROM read_in JOIN shards USING (shard_id)
