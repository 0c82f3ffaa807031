WITH shopping AS (
  SELECT household_id, sum(retail_discount) AS saved, sum(sales_value) AS spend, count(*) AS items,
    count(DISTINCT store_id) AS stores, count(DISTINCT basket_id) AS baskets
  FROM purchases GROUP BY household_id
), autumn AS (
  SELECT DISTINCT household_id
    FROM read_parquet(getvariable('source') || '/complete-journey/coupon_redemptions.parquet')
  WHERE redemption_date >= DATE '2017-09-01' AND redemption_date < DATE '2017-12-01'
)
SELECT household_id
FROM households LEFT JOIN shopping USING (household_id)
WHERE coalesce(saved >= 25, false)::INTEGER + coalesce(spend < 2 * items, false)::INTEGER
  + coalesce(stores = 1 AND baskets >= 5, false)::INTEGER
  + (household_id IN (SELECT household_id FROM autumn))::INTEGER >= 2
