-- From 150 to 10 days before 10 December: 13 July (summer time) to 30 November.
WITH stocked AS (
  SELECT customer_id
  FROM lines
  WHERE upper(description) LIKE '%CHRISTMAS%' AND upper(description) NOT LIKE '%CARD%' AND quantity BETWEEN 12 AND 10000
    AND invoiced_at >= TIMESTAMP '2011-07-12 23:00:00' AND invoiced_at < TIMESTAMP '2011-11-30'
  GROUP BY customer_id HAVING count(*) >= 2
), middle AS (
  SELECT customer_id, quantile_disc(amount, 0.5) AS median FROM lines WHERE kind = 'sale' GROUP BY customer_id
)
SELECT customer_id FROM stocked JOIN middle USING (customer_id) WHERE median < 20
