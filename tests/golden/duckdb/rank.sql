WITH rank_1 AS (
  SELECT
    "s"."k",
    "s"."rank" <= 2 AS a0
  FROM (
    SELECT
      "r"."k",
      RANK() OVER (ORDER BY "r"."value" DESC) AS "rank"
    FROM (
      SELECT
        "u"."key" AS k,
        COALESCE("g"."value", 0) AS value
      FROM (
        SELECT
          "e"."customer_id" AS key
        FROM "customers" AS "e"
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
    WHERE
      NOT "r"."value" IS NULL
  ) AS s
)
SELECT
  "e"."customer_id" AS k
FROM "customers" AS "e"
LEFT JOIN rank_1
  ON "rank_1"."k" = "e"."customer_id"
WHERE
  "rank_1"."a0"
