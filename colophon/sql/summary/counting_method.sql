-- name: counting_method
-- purpose: which tokenizer counted the tokens, and whether a training log says what was used
-- grain: one row
-- needs: documents_training rules training_use
-- columns:
--   tokenizer_sha256: hash of the tokenizer's file; empty where tokens were not counted
--   use_imported: whether a training log was imported; without one, kept documents are taken as used
SELECT CASE WHEN EXISTS (SELECT 1 FROM documents_training WHERE tokens IS NOT NULL)
    THEN (SELECT max(model_sha256) FROM rules WHERE rule = 'tokens') END AS tokenizer_sha256,
    EXISTS (SELECT 1 FROM training_use) AS use_imported;
