-- The first such line of 2011; the 60 days after it must be over by 10 December.
WITH first_sample AS (
  SELECT customer_id, min(invoiced_at) AS at_time
  FROM lines
  WHERE kind = 'sale' AND (upper(description) LIKE 'JUMBO BAG%' OR upper(description) LIKE '%PAPER%')
    AND invoiced_at >= TIMESTAMP '2011-01-01' AND invoiced_at < TIMESTAMP '2011-12-10'
  GROUP BY customer_id
)
SELECT customer_id
FROM first_sample
WHERE at_time + INTERVAL 60 DAY <= TIMESTAMP '2011-12-10'
  AND NOT EXISTS (
    SELECT 1 FROM invoices
    WHERE invoices.customer_id = first_sample.customer_id AND invoices.kind = 'sale'
      AND invoices.invoiced_at > first_sample.at_time AND invoices.invoiced_at < first_sample.at_time + INTERVAL 60 DAY)
