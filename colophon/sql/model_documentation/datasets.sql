-- name: datasets
-- purpose: the datasets used for training, validation and testing, with where they come from and on which basis
-- grain: one row per dataset x acquisition, as sources are declared
-- needs: documents_used sources
-- columns:
--   dataset: name of the dataset, with the versions or snapshots used
--   acquisition: acquisition type
--   splits: what it is used for: training, validation, testing
--   origin: where it can be found, else who made it and how; and how a part was chosen
--   dates: start and end of collection as declared, or that it is not known, and the day on which the last was obtained
--   license: license of the collection and of the content, as declared
--   legal_bases: copyright bases claimed
WITH used AS (
    SELECT
        source_id,
        list_filter(['training', 'validation', 'testing'], lambda s: list_contains(list(DISTINCT split), s)) AS splits
    FROM documents_used
    GROUP BY source_id
)
SELECT
    concat_ws(', ', s.dataset, string_agg(DISTINCT s.revision, '; ' ORDER BY s.revision)) AS dataset,
    s.acquisition,
    list_filter(
        ['training', 'validation', 'testing'], lambda s: list_contains(flatten(list(used.splits)), s)
    ) AS splits,
    nullif(concat_ws(
        '; ',
        string_agg(DISTINCT coalesce(s.homepage, s.origin), '; ' ORDER BY coalesce(s.homepage, s.origin)),
        'selection: ' || string_agg(DISTINCT s.selection, '; ' ORDER BY s.selection)
    ), '') AS origin,
    nullif(concat_ws(
        '; ',
        coalesce(
            CASE WHEN min(s.collected_from) IS NOT NULL OR max(s.collected_to) IS NOT NULL
                THEN coalesce(min(s.collected_from), 'not known') || ' to ' || coalesce(max(s.collected_to), 'not known') END,
            CASE WHEN bool_or(s.collected_not_known IS NOT NULL) THEN 'not known' END
        ),
        'obtained ' || max(s.obtained_at)
    ), '') AS dates,
    string_agg(
        DISTINCT coalesce(s.license_content, nullif(s.license_spdx, 'NOASSERTION'), s.license_declared), '; '
        ORDER BY coalesce(s.license_content, nullif(s.license_spdx, 'NOASSERTION'), s.license_declared)
    ) AS license,
    list_sort(list(DISTINCT s.legal_basis)) AS legal_bases
FROM used
JOIN sources AS s USING (source_id)
GROUP BY s.dataset, s.acquisition
ORDER BY min(s.position);
