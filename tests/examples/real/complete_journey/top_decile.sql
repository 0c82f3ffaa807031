-- Ranked by the spend of 2017; whoever bought has some rank.
WITH year_spend AS (
  SELECT household_id,
    coalesce(sum(sales_value) FILTER (purchased_at >= TIMESTAMP '2017-01-01 05:00:00'
      AND purchased_at < TIMESTAMP '2018-01-01 05:00:00'), 0) AS spend
  FROM purchases GROUP BY household_id
)
SELECT household_id FROM year_spend QUALIFY cume_dist() OVER (ORDER BY spend) >= 0.9
