SELECT
  "e"."customer_id" AS k
FROM "customers" AS "e"
WHERE
  LOWER(CAST("e"."email" AS TEXT)) = 'x'' or 1=1 --'
