-- name: unsuitability
-- purpose: measures to find unsuitable sources and content, as far as the record shows them
-- grain: one row
-- needs: decisions documents filters pii rules training_sources
-- columns:
--   filters: configured filters that run for legal or safety reasons
--   domain_lists: configured filters by lists of domain names
--   upstream: rules of that reason that third parties declare for their datasets
--   removed: documents for training that such a filter removed
--   entities: types of personal data looked for, none where the detection was off
--   documents_with_personal_data: documents for training in which personal data was found
--   personal_data_removed: of these, documents that a rule drops
WITH own AS (
    SELECT
        rule,
        json_extract_string(parameters, '$.kind') AS filter_kind,
        json_extract_string(parameters, '$.reason') AS reason
    FROM rules
    WHERE kind = 'filter' AND rule <> 'near_duplicate'
), dropped AS (
    SELECT doc_id, rule
    FROM decisions
    JOIN documents USING (doc_id)
    JOIN training_sources USING (source_id)
    WHERE decisions.position = 0
), personal AS (
    SELECT DISTINCT doc_id
    FROM pii
    JOIN documents USING (doc_id)
    JOIN training_sources USING (source_id)
)
SELECT
    coalesce((SELECT list_sort(list(rule)) FROM own WHERE reason = 'legal_or_safety'), []) AS filters,
    coalesce((SELECT list_sort(list(rule)) FROM own WHERE filter_kind = 'domains'), []) AS domain_lists,
    coalesce((SELECT list_sort(list(DISTINCT rule)) FROM filters WHERE upstream AND reason = 'legal_or_safety'), [])
        AS upstream,
    -- The policy on reservations has a reason of this kind too, where a look failed; that is not meant here.
    (SELECT count(*) FROM dropped WHERE rule IN (SELECT rule FROM own WHERE reason = 'legal_or_safety')) AS removed,
    coalesce((SELECT any_value(json_extract_string(parameters, '$.entities[*]')) FROM rules WHERE rule = 'pii'), [])
        AS entities,
    (SELECT count(*) FROM personal) AS documents_with_personal_data,
    (SELECT count(*) FROM personal WHERE doc_id IN (SELECT doc_id FROM dropped)) AS personal_data_removed;
