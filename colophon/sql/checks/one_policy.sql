-- name: one_policy
-- purpose: the number of policies in force where it is not one; must be empty
-- grain: one row where the record is at fault
-- needs: rules
-- columns:
--   policies: rows of kind policy
SELECT count(*) AS policies
FROM rules
WHERE kind = 'policy'
HAVING count(*) <> 1
