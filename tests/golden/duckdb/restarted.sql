WITH events_1 AS (
  SELECT
    "v"."k",
    MAX("v"."at") < CAST('2025-12-11 12:00:00' AS TIMESTAMP) AS a0
  FROM (
    SELECT
      "e"."customer_id" AS k,
      CAST("e"."paid_at" AS TIMESTAMP) AS "at"
    FROM "card_payments" AS "e"
    WHERE
      CAST("e"."paid_at" AS TIMESTAMP) < CAST('2026-01-10 12:00:00' AS TIMESTAMP)
      AND NOT "e"."customer_id" IS NULL
  ) AS v
  GROUP BY
    "v"."k"
)
SELECT
  "e"."customer_id" AS k
FROM "customers" AS "e"
LEFT JOIN events_1
  ON "events_1"."k" = "e"."customer_id"
WHERE
  CASE WHEN "events_1"."k" IS NULL THEN FALSE ELSE "events_1"."a0" END
