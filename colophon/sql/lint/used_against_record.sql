-- name: used_against_record
-- purpose: what a training log names as used although the record leaves it out of training, and so out of every count
-- grain: one row per source and contradiction
-- needs: used_against_record
-- columns:
--   reason: what is wrong, with the name of the source
SELECT format(
    'the training log names {} of source {} as used, which the record leaves out: {}',
    CASE WHEN count(doc_id) = 0 THEN 'content' ELSE format('{:,} documents', count(DISTINCT doc_id)) END, source,
    CASE against
        WHEN 'dropped' THEN 'a rule drops them'
        WHEN 'nothing_kept' THEN 'nothing of it is kept'
        WHEN 'evaluation' THEN 'it is data for evaluation or validation'
        ELSE 'it does not change the weights'
    END
) AS reason
FROM used_against_record
GROUP BY source, against
ORDER BY source, against;
