SELECT
  "e"."customer_id" AS k
FROM "customers" AS "e"
WHERE
  (
    CAST("e"."born" AS DATE) > CAST('1981-01-10' AS DATE)
    AND CAST("e"."born" AS DATE) <= CAST('2001-01-10' AS DATE)
  )
  AND (
    (
      CASE
        WHEN NOT "e"."tags" IS NULL
        THEN (
          (
            ARRAY_CONTAINS("e"."tags", 'vip')
          )
        )
        ELSE NULL
      END
    )
  )
