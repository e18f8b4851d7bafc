-- name: curation
-- purpose: how the collected data was cleaned, from the settings of the run, without numbers of documents
-- grain: one row
-- needs: filters rules shards sources training_sources
-- columns:
--   connectors: ways in which the training sources are read
--   rejects: whether rows were refused on reading
--   policy: policy on reservations of rights, empty where none is recorded
--   filters: what the configured filters look at
--   upstream: rules that third parties declare for their datasets
--   shingle: words of a shingle in the search for near duplicates, empty where it did not run
--   threshold: similarity from which a document counts as a copy
--   entities: types of personal data looked for, none where the detection was off
--   languages_identified: whether languages were identified
--   licenses_read: whether licenses stated in the content were read
--   contamination_words: words of the n-grams by which evaluation data was looked for in the training data
WITH found AS (
    SELECT
        rule, kind, parameters,
        CASE WHEN kind = 'filter' AND rule <> 'near_duplicate' THEN json_extract_string(parameters, '$.kind') END AS filter_kind
    FROM rules
)
SELECT
    coalesce(
        (SELECT list_sort(list(DISTINCT connector)) FROM sources JOIN training_sources USING (source_id)), []
    ) AS connectors,
    EXISTS (SELECT 1 FROM shards JOIN training_sources USING (source_id) WHERE rejects > 0) AS rejects,
    any_value(rule) FILTER (kind = 'policy') AS policy,
    coalesce(list_sort(list(DISTINCT filter_kind) FILTER (filter_kind IS NOT NULL)), []) AS filters,
    coalesce((SELECT list_sort(list(DISTINCT rule)) FROM filters WHERE upstream), []) AS upstream,
    any_value(CAST(json_extract(parameters, '$.shingle') AS INTEGER)) FILTER (rule = 'near_duplicate') AS shingle,
    any_value(CAST(json_extract(parameters, '$.threshold') AS DOUBLE)) FILTER (rule = 'near_duplicate') AS threshold,
    coalesce(any_value(json_extract_string(parameters, '$.entities[*]')) FILTER (rule = 'pii'), []) AS entities,
    coalesce(bool_or(rule = 'language' AND kind = 'detector'), false) AS languages_identified,
    coalesce(bool_or(rule = 'license' AND kind = 'detector'), false) AS licenses_read,
    any_value(CAST(json_extract(parameters, '$.words') AS INTEGER)) FILTER (rule = 'contamination') AS contamination_words
FROM found;
