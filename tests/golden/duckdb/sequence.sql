WITH sequence_1 AS (
  SELECT DISTINCT
    "p"."k",
    TRUE AS a0
  FROM (
    SELECT DISTINCT
      "n"."k",
      "n"."at"
    FROM (
      SELECT
        "n"."k",
        "n"."at"
      FROM (
        SELECT
          "e"."customer_id" AS k,
          CAST("e"."paid_at" AS TIMESTAMP) AS "at"
        FROM "card_payments" AS "e"
        WHERE
          CAST("e"."paid_at" AS TIMESTAMP) < CAST('2026-01-10 12:00:00' AS TIMESTAMP)
          AND NOT "e"."customer_id" IS NULL
      ) AS n
    ) AS p
    JOIN (
      SELECT
        "e"."customer_id" AS k,
        CAST("e"."paid_at" AS TIMESTAMP) AS "at"
      FROM "card_payments" AS "e"
      WHERE
        CAST("e"."paid_at" AS TIMESTAMP) < CAST('2026-01-10 12:00:00' AS TIMESTAMP)
        AND NOT "e"."customer_id" IS NULL
    ) AS n
      ON "n"."k" = "p"."k"
      AND "n"."at" > "p"."at"
      AND "n"."at" < "p"."at" + INTERVAL '2592000' SECOND
  ) AS p
)
SELECT
  "e"."customer_id" AS k
FROM "customers" AS "e"
LEFT JOIN sequence_1
  ON "sequence_1"."k" = "e"."customer_id"
WHERE
  NOT "sequence_1"."k" IS NULL
