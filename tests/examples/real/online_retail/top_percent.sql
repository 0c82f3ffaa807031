-- The share of buyers with sales no larger than one's own is 99 % or more.
WITH buyer AS (
  SELECT customer_id, sum(amount) AS sales FROM lines WHERE kind = 'sale' GROUP BY customer_id
)
SELECT customer_id FROM buyer QUALIFY cume_dist() OVER (ORDER BY sales) >= 0.99
