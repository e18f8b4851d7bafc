-- name: large_datasets
-- purpose: the large public datasets with link, period and selection, as the form lists them, and those of unknown volume,
--   which may be large
-- grain: one row per dataset
-- needs: documents_training sources public_dataset_shares
-- columns:
--   dataset: name of the dataset
--   link: homepage, else who made it and how
--   modalities: modalities for which it is large; empty where it may be
--   collected: start and end of collection as declared, or not known with the reason
--   selection: how a part was chosen
--   gap: modalities in which the volume is not known, so that nobody can tell whether it is large
WITH used AS (
    SELECT DISTINCT sources.*
    FROM sources JOIN documents_training USING (source_id)
    WHERE sources.acquisition = 'public_dataset'
), described AS (
    SELECT
        dataset,
        string_agg(DISTINCT coalesce(homepage, origin), ', ' ORDER BY coalesce(homepage, origin)) AS link,
        CASE
            WHEN min(collected_from) IS NOT NULL AND max(collected_to) IS NOT NULL
                THEN min(collected_from) || ' to ' || max(collected_to)
            WHEN max(collected_to) IS NOT NULL THEN 'until ' || max(collected_to)
            WHEN min(collected_from) IS NOT NULL THEN 'from ' || min(collected_from)
        END AS period,
        string_agg(DISTINCT collected_not_known, '; ' ORDER BY collected_not_known) AS not_known,
        string_agg(DISTINCT selection, '; ' ORDER BY selection) AS selection
    FROM used
    GROUP BY dataset
)
SELECT
    dataset, link, large.modalities,
    concat_ws('; ', period, 'not known: ' || not_known) AS collected,
    selection,
    CASE WHEN len(large.unknown) > 0
        THEN format(
            'the volume of dataset {} in {} is not known, so nobody can tell whether it is large',
            dataset, array_to_string(large.unknown, ', ')
        ) END AS gap
FROM (
    SELECT
        dataset,
        coalesce(list_sort(list(DISTINCT modality) FILTER (large)), []) AS modalities,
        coalesce(list_sort(list(DISTINCT modality) FILTER (large IS NULL)), []) AS unknown
    FROM public_dataset_shares
    WHERE large IS DISTINCT FROM false
    GROUP BY dataset
) AS large JOIN described USING (dataset)
ORDER BY dataset;
