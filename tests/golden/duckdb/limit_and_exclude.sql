SELECT
  "m"."k"
FROM (
  SELECT
    "r"."k"
  FROM (
    SELECT
      "u"."key" AS k,
      COALESCE("g"."value", 0) AS value
    FROM (
      SELECT
        "e"."customer_id" AS key
      FROM "customers" AS "e"
      WHERE
        NOT "e"."tier" IS NULL
    ) AS u
    LEFT JOIN (
      SELECT
        "v"."k",
        COALESCE(SUM("v"."f_amount"), 0) AS value
      FROM (
        SELECT
          *
        FROM (
          SELECT
            "e"."customer_id" AS k,
            CAST("e"."paid_at" AS TIMESTAMP) AS "at",
            CAST("e"."amount" AS DECIMAL(18, 2)) AS "f_amount"
          FROM "card_payments" AS "e"
          WHERE
            CAST("e"."paid_at" AS TIMESTAMP) < CAST('2026-01-10 12:00:00' AS TIMESTAMP)
            AND NOT "e"."customer_id" IS NULL
          UNION ALL
          SELECT
            "e"."customer_id" AS k,
            CAST("e"."paid_at" AS TIMESTAMP) AS "at",
            CAST("e"."amount" AS DECIMAL(18, 2)) AS "f_amount"
          FROM "cash_payments" AS "e"
          WHERE
            CAST("e"."paid_at" AS TIMESTAMP) < CAST('2026-01-10 12:00:00' AS TIMESTAMP)
            AND NOT "e"."customer_id" IS NULL
        ) AS u
      ) AS v
      GROUP BY
        "v"."k"
    ) AS g
      ON "g"."k" = "u"."key"
  ) AS r
  ORDER BY
    "r"."value" DESC,
    "r"."k" ASC
  LIMIT 2
) AS m
WHERE
  NOT (
    "m"."k" IN (
      SELECT
        "s"."customer_id"
      FROM "suppressed" AS "s"
      WHERE
        NOT "s"."customer_id" IS NULL
    )
  )
