SELECT
  "e"."customer_id" AS k
FROM "customers" AS "e"
WHERE
  COALESCE((
    "e"."tier" <> 1
  ), TRUE)
