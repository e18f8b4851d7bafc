-- name: sources_held
-- purpose: how many sources of a section the record holds, shown beside a question that only a person answers
-- grain: one row
-- needs: documents_training training_sources
-- parameters:
--   acquisitions: acquisition types of the section, separated by commas
-- columns:
--   sources: sources of these acquisition types for training
--   used: those of them with used content
--   contradicts_no: whether there is used content, so that the answer no cannot be right
SELECT
    count(*) AS sources,
    count(*) FILTER (source_id IN (SELECT source_id FROM documents_training)) AS used,
    used > 0 AS contradicts_no
FROM training_sources
WHERE acquisition IN (SELECT unnest(string_split($acquisitions, ',')));
