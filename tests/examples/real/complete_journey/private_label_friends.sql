-- Six months before 1 January: July to December.
WITH own AS (
  SELECT household_id FROM purchases JOIN products USING (product_id)
  WHERE brand = 'Private' AND purchased_at >= TIMESTAMP '2017-07-01 04:00:00'
  GROUP BY household_id
  HAVING count(DISTINCT basket_id) >= 5
    AND count(DISTINCT date_trunc('month', purchased_at AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York')) >= 4
), dear AS (
  -- The smallest value that nine tenths do not exceed.
  SELECT household_id, list_sort(list(sales_value))[ceil(0.9 * count(*))::INTEGER] AS ninth FROM purchases
    GROUP BY household_id
)
SELECT household_id FROM own JOIN dear USING (household_id) WHERE ninth <= 6
