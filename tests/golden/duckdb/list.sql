SELECT
  "e"."customer_id" AS k
FROM "customers" AS "e"
WHERE
  CASE
    WHEN NOT "e"."tags" IS NULL
    THEN (
      (
        ARRAY_CONTAINS("e"."tags", 'news')
      )
      AND (
        ARRAY_CONTAINS("e"."tags", 'vip')
      )
    )
    ELSE NULL
  END
