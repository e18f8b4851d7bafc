-- name: acquired_months
-- purpose: until when the used content of each source was acquired, and how that is known
-- reading: A row says: of this source content is used, and the latest month named by its end of collection, its day of
--   obtaining and its fetches is this one. A year alone reaches to its last month. Where undated is true, neither an
--   end of collection, nor a reason why it is not known, nor the fetch of every document is at hand.
-- grain: one row per source with used content
-- needs: documents_training sources
-- columns:
--   source_id: number of the source
--   source [authority]: its name
--   month: latest month (YYYY-MM), null where nothing is known
--   declared: end of collection, or of the time of its users, as the corpus file gives it
--   obtained: when it was obtained, as the corpus file gives it
--   fetched: month of the latest fetch of a used document (YYYY-MM)
--   not_known: reason given why the time of collection is not known
--   undated: whether the end of its collection is an open question
WITH used AS (
    SELECT
        source_id,
        strftime(max(coalesce(fetched_at, fetched_on::TIMESTAMPTZ)) AT TIME ZONE 'UTC', '%Y-%m') AS fetched,
        bool_and(fetched_at IS NOT NULL OR fetched_on IS NOT NULL) AS all_fetched
    FROM documents_training
    GROUP BY source_id
), declared AS (
    SELECT
        source_id, name, obtained_at, collected_not_known,
        coalesce(collected_to, json_extract_string(config, '$.users.to')) AS ended
    FROM sources
)
SELECT
    source_id,
    d.name AS source,
    -- ISO months compare as text.
    greatest(left(d.ended || '-12', 7), left(d.obtained_at || '-12', 7), u.fetched) AS month,
    d.ended AS declared,
    d.obtained_at AS obtained,
    u.fetched,
    d.collected_not_known AS not_known,
    d.ended IS NULL AND d.collected_not_known IS NULL AND NOT u.all_fetched AS undated
FROM used AS u
JOIN declared AS d USING (source_id)
ORDER BY source_id
