-- name: other_public_datasets
-- purpose: a description of the public datasets that are known not to be large, without naming them
-- grain: one row
-- needs: documents_training rules sources public_dataset_shares
-- columns:
--   datasets: how many datasets
--   modalities: their modalities
--   languages: languages of at least a hundredth of their text, the most frequent first
--   collected: start and end of collection as far as declared; empty where nothing is
--   personal_data: whether automatic detection found signs of personal data; empty where it was not run
--   contradicts_no: whether there is a dataset to describe
WITH used AS (
    SELECT
        sources.dataset, sources.collected_from, sources.collected_to,
        documents_training.modality, documents_training.language,
        sum(documents_training.text_bytes) AS text_bytes, sum(documents_training.pii_count) AS pii_count
    FROM documents_training JOIN sources USING (source_id)
    WHERE sources.acquisition = 'public_dataset'
        AND sources.dataset NOT IN (SELECT dataset FROM public_dataset_shares WHERE large IS DISTINCT FROM false)
    GROUP BY ALL
), languages AS (
    SELECT language, sum(text_bytes) AS text_bytes
    FROM used WHERE modality = 'text' AND language <> 'und'
    GROUP BY language
    QUALIFY sum(text_bytes) * 100 >= sum(sum(text_bytes)) OVER ()
)
SELECT
    count(DISTINCT dataset) AS datasets,
    coalesce(list_sort(list(DISTINCT modality)), []) AS modalities,
    coalesce((SELECT list(language ORDER BY text_bytes DESC, language) FROM languages), []) AS languages,
    concat_ws(
        '; ',
        CASE
            WHEN min(collected_from) IS NOT NULL AND max(collected_to) IS NOT NULL
                THEN min(collected_from) || ' to ' || max(collected_to)
            WHEN max(collected_to) IS NOT NULL THEN 'until ' || max(collected_to)
            WHEN min(collected_from) IS NOT NULL THEN 'from ' || min(collected_from)
        END,
        CASE WHEN bool_or(collected_from IS NULL AND collected_to IS NULL)
            AND coalesce(min(collected_from), max(collected_to)) IS NOT NULL THEN 'not known for a part' END
    ) AS collected,
    CASE WHEN sum(pii_count) > 0 THEN true WHEN EXISTS (SELECT 1 FROM rules WHERE rule = 'pii') THEN false END
        AS personal_data,
    datasets > 0 AS contradicts_no
FROM used;
