WITH events_1 AS (
  SELECT
    "v"."k",
    COUNT(*) >= 1 AS a0
  FROM (
    SELECT
      "e"."customer_id" AS k,
      CAST("e"."paid_at" AS TIMESTAMP) AS "at"
    FROM "card_payments" AS "e"
    WHERE
      (
        CAST("e"."paid_at" AS TIMESTAMP) < CAST('2026-01-10 12:00:00' AS TIMESTAMP)
        AND NOT "e"."customer_id" IS NULL
      )
      AND (
        CAST("e"."category" AS TEXT) = 'Travel'
      )
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
  CASE
    WHEN (
      CASE WHEN COALESCE((
        (
          "e"."tier" = 1
        )
      ), FALSE) THEN 1 ELSE 0 END + CASE
        WHEN COALESCE(
          (
            (
              CASE WHEN "events_1"."k" IS NULL THEN FALSE ELSE "events_1"."a0" END
            )
          ),
          FALSE
        )
        THEN 1
        ELSE 0
      END + CASE
        WHEN COALESCE(
          (
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
          ),
          FALSE
        )
        THEN 1
        ELSE 0
      END
    ) >= 2
    THEN TRUE
    WHEN (
      CASE WHEN COALESCE((
        (
          "e"."tier" = 1
        )
      ), TRUE) THEN 1 ELSE 0 END + CASE
        WHEN COALESCE(
          (
            (
              CASE WHEN "events_1"."k" IS NULL THEN FALSE ELSE "events_1"."a0" END
            )
          ),
          TRUE
        )
        THEN 1
        ELSE 0
      END + CASE
        WHEN COALESCE(
          (
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
          ),
          TRUE
        )
        THEN 1
        ELSE 0
      END
    ) < 2
    THEN FALSE
    ELSE NULL
  END
