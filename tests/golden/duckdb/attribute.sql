SELECT
  "e"."customer_id" AS k
FROM "customers" AS "e"
WHERE
  "e"."tier" = 1
