SELECT
  "e"."customer_id" AS k
FROM "customers" AS "e"
WHERE
  STARTS_WITH(LOWER(CAST("e"."email" AS TEXT)), 'ann')
