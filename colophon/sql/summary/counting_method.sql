-- name: counting_method
-- purpose: which tokenizer counted the tokens
-- grain: one row
-- needs: documents_training rules
-- columns:
--   tokenizer_sha256: hash of the tokenizer's file; empty where tokens were not counted
SELECT CASE WHEN EXISTS (SELECT 1 FROM documents_training WHERE tokens IS NOT NULL)
    THEN (SELECT max(model_sha256) FROM rules WHERE rule = 'tokens') END AS tokenizer_sha256;
