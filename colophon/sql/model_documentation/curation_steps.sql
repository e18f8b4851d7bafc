-- name: curation_steps
-- purpose: what each step of curation took away from the data for training, in the order of the steps
-- grain: one row per step and rule
-- needs: filters shards training_sources
-- columns:
--   step: upstream, reading, reservations, language, license, pii, length, domains or duplicate
--   rule: rule; for reading the reasons of refusal
--   applied_by: third_party where a supplier declares it, else provider
--   sources: sources it was applied to
--   documents_in: documents before, rows for reading; empty where not declared
--   documents_out: documents after; empty where not declared
--   bytes_in: UTF-8 bytes before; empty where not known
--   bytes_out: UTF-8 bytes after; empty where not known
WITH steps AS (
    SELECT
        1 AS place, 'reading' AS step, 'rows that give no document' AS rule, 'provider' AS applied_by,
        count(DISTINCT source_id) AS sources,
        sum(documents + rejects)::BIGINT AS documents_in, sum(documents)::BIGINT AS documents_out,
        NULL::BIGINT AS bytes_in, sum(text_bytes)::BIGINT AS bytes_out
    FROM shards
    JOIN training_sources USING (source_id)
    WHERE role = 'documents'
    HAVING count(*) > 0
    UNION ALL
    SELECT
        CASE WHEN upstream THEN 0 WHEN reason = 'reservations' THEN 2 WHEN reason = 'duplicate' THEN 4 ELSE 3 END,
        CASE WHEN upstream THEN 'upstream' ELSE reason END,
        rule,
        CASE WHEN upstream THEN 'third_party' ELSE 'provider' END,
        count(DISTINCT source_id),
        CASE WHEN count(documents_in) = count(*) THEN sum(documents_in)::BIGINT END,
        CASE WHEN count(documents_out) = count(*) THEN sum(documents_out)::BIGINT END,
        CASE WHEN count(bytes_in) = count(*) THEN sum(bytes_in)::BIGINT END,
        CASE WHEN count(bytes_out) = count(*) THEN sum(bytes_out)::BIGINT END
    FROM filters
    JOIN training_sources USING (source_id)
    GROUP BY upstream, reason, rule
)
-- A later filter meets what the earlier ones left, so the sums descend in the order of the filters.
SELECT step, rule, applied_by, sources, documents_in, documents_out, bytes_in, bytes_out
FROM steps
ORDER BY place, documents_in DESC NULLS LAST, documents_out DESC NULLS LAST, rule;
