SELECT
  "e"."customer_id" AS k
FROM "customers" AS "e"
WHERE
  CASE
    WHEN NOT NULLIF(CAST("e"."lat" AS DOUBLE), CAST('nan' AS DOUBLE)) IS NULL
    AND NOT NULLIF(CAST("e"."lon" AS DOUBLE), CAST('nan' AS DOUBLE)) IS NULL
    THEN CASE
      WHEN NULLIF(CAST("e"."lat" AS DOUBLE), CAST('nan' AS DOUBLE)) BETWEEN CAST('51.233672727272726' AS DOUBLE) AND CAST('51.78112727272727' AS DOUBLE)
      THEN (
        SIN(
          (
            NULLIF(CAST("e"."lat" AS DOUBLE), CAST('nan' AS DOUBLE)) - CAST('51.5074' AS DOUBLE)
          ) * CAST('0.008726646259971648' AS DOUBLE)
        ) * SIN(
          (
            NULLIF(CAST("e"."lat" AS DOUBLE), CAST('nan' AS DOUBLE)) - CAST('51.5074' AS DOUBLE)
          ) * CAST('0.008726646259971648' AS DOUBLE)
        ) + (
          CAST('0.6224135541865977' AS DOUBLE) * COS(
            NULLIF(CAST("e"."lat" AS DOUBLE), CAST('nan' AS DOUBLE)) * CAST('0.017453292519943295' AS DOUBLE)
          )
        ) * (
          SIN(
            (
              NULLIF(CAST("e"."lon" AS DOUBLE), CAST('nan' AS DOUBLE)) - CAST('-0.1278' AS DOUBLE)
            ) * CAST('0.008726646259971648' AS DOUBLE)
          ) * SIN(
            (
              NULLIF(CAST("e"."lon" AS DOUBLE), CAST('nan' AS DOUBLE)) - CAST('-0.1278' AS DOUBLE)
            ) * CAST('0.008726646259971648' AS DOUBLE)
          )
        )
      ) <= CAST('5.54326072238353e-06' AS DOUBLE)
      ELSE FALSE
    END
    ELSE NULL
  END
