-- name: evaluations
-- purpose: the register of evaluations as it is printed: each benchmark, how it was measured, and what of it was found in
--   the training data
-- grain: one row per evaluation or validation source
-- needs: evaluation_register
-- columns:
--   benchmark: name, version and split; the dataset where no benchmark is named and the dataset is public
--   purpose: validation or testing
--   measured: metric and evaluation program with its version
--   result: result as reported, and where it is published
--   data: where the benchmark can be had, how, under which license, and the beginning of the hash of its files
--   scope: what it measures, and what it does not
--   items: its items
--   found: items found in documents that train the model; a lower bound says so, empty where none was compared
SELECT
    CASE
        WHEN benchmark IS NOT NULL
            THEN concat_ws(', ', benchmark, 'version ' || benchmark_version, 'split ' || benchmark_split)
        WHEN acquisition = 'public_dataset' OR publicly_known THEN dataset
        ELSE 'not named'
    END AS benchmark,
    split AS purpose,
    nullif(concat_ws('; ', metric, harness || coalesce(' ' || harness_version, '')), '') AS measured,
    nullif(concat_ws(', ', result, results_url), '') AS result,
    -- Address and license of a private dataset may name who sold it.
    concat_ws(
        '; ',
        CASE WHEN acquisition = 'public_dataset' OR publicly_known
            THEN nullif(concat_ws('; ', homepage, 'licence ' || license), '') END,
        access,
        'SHA-256 ' || left(files_sha256, 16) || '…'
    ) AS data,
    nullif(concat_ws('; ', scope, 'limits: ' || limitations), '') AS scope,
    items,
    CASE coverage
        WHEN 'complete' THEN CAST(items_contaminated_kept AS VARCHAR)
        WHEN 'partial' THEN 'at least ' || items_contaminated_kept
    END AS found
FROM evaluation_register;
