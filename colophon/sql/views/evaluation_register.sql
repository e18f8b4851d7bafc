-- name: evaluation_register
-- purpose: every benchmark behind a published result, with what is needed to repeat it and what of it was found in the
--   training data
-- reading: A row says: this benchmark, in this version and split, was measured so, with this result, and so many of its
--   items were found in documents that train the model. Where coverage is not complete, the number is a lower bound:
--   some training files were read before the benchmark was added, or some items are too short to be looked for.
-- grain: one row per evaluation or validation source; a source whose result is not described has empty columns
-- needs: contamination_summary evaluations shards sources
-- columns:
--   source_id: number of the source
--   source [authority]: its name
--   dataset: dataset it belongs to
--   revision: version or snapshot of the dataset
--   split: validation or testing
--   acquisition: how it was acquired
--   publicly_known: whether the dataset is publicly known to be used
--   homepage: where the dataset can be found
--   license [authority]: license of the collection, as SPDX where it could be read, else as declared
--   files_sha256: hash over the hashes of its files, in their order
--   benchmark: name of the benchmark, empty where the source describes none
--   benchmark_version [authority]: its version
--   benchmark_split [authority]: split of the benchmark that was used
--   metric: metric reported
--   harness: evaluation program
--   harness_version: its version
--   result: result as reported
--   results_url: where the results are published
--   access: how the benchmark can be had
--   scope: what it measures
--   limitations: what it does not
--   items [authority]: its items, as documents
--   items_contaminated [authority]: of these, found in training documents, dropped ones included
--   items_contaminated_kept [authority]: of these, found in training documents that no rule drops
--   training_documents_kept [authority]: training documents in which they were found and that no rule drops
--   coverage [authority]: complete, partial (some files or items were not compared) or none (nothing to compare)
WITH files AS (
    SELECT source_id, sha256(string_agg(sha256, chr(10) ORDER BY shard_id)) AS files_sha256
    FROM shards
    WHERE role = 'documents'
    GROUP BY source_id
)
SELECT
    s.source_id, s.name AS source, s.dataset, s.revision,
    CASE s.stage WHEN 'validation' THEN 'validation' ELSE 'testing' END AS split,
    s.acquisition, s.publicly_known, s.homepage,
    coalesce(nullif(s.license_spdx, 'NOASSERTION'), s.license_declared) AS license,
    f.files_sha256, e.benchmark, e.version AS benchmark_version, e.split AS benchmark_split, e.metric, e.harness,
    e.harness_version, e.result, e.results_url, e.access, e.scope, e.limitations, c.items, c.items_contaminated,
    c.items_contaminated_kept, c.training_documents_kept,
    CASE
        WHEN c.items = c.items_too_short THEN 'none'
        WHEN c.shards_not_compared > 0 OR c.items_too_short > 0 OR c.items_with_common > 0 THEN 'partial'
        ELSE 'complete'
    END AS coverage
FROM sources AS s
JOIN contamination_summary AS c USING (source_id)
LEFT JOIN evaluations AS e USING (source_id)
LEFT JOIN files AS f USING (source_id)
ORDER BY s.position
