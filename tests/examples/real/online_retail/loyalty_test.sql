-- Written out: the big British accounts and the frequent buyers, the test half, the largest thirty;
-- then the top percent goes.
WITH revenue AS (
  SELECT customer_id, sum(amount) AS total, coalesce(sum(amount) FILTER (kind = 'sale'), 0) AS sales,
    count(*) FILTER (kind = 'sale') AS sale_lines,
    sum(amount) FILTER (invoiced_at >= TIMESTAMP '2011-01-01') AS this_year, min(invoiced_at) AS first_at
  FROM lines GROUP BY customer_id
), busy AS (
  SELECT customer_id FROM invoices
  WHERE kind = 'sale' AND invoiced_at >= TIMESTAMP '2011-09-10 23:00:00'
  GROUP BY customer_id
  HAVING count(*) >= 5 AND count(DISTINCT (invoiced_at AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/London')::DATE) >= 5
), regret AS (
  SELECT DISTINCT a.customer_id FROM lines AS a JOIN lines AS b USING (customer_id, stock_code)
  WHERE a.kind = 'sale' AND b.kind = 'cancellation' AND b.invoiced_at > a.invoiced_at
    AND b.invoiced_at < a.invoiced_at + INTERVAL 14 DAY
), chosen AS (
  SELECT customer_id, total
  FROM customers JOIN revenue USING (customer_id)
  WHERE ((country = 'United Kingdom' AND this_year > 5000) OR customer_id IN (FROM busy))
    AND customer_id NOT IN (FROM regret)
    -- 1 June was in summer time.
    AND first_at < TIMESTAMP '2011-05-31 23:00:00'
    AND left(md5('loyalty:' || customer_id), 8) < '80000000'
  ORDER BY total DESC, customer_id LIMIT 30
)
SELECT customer_id FROM chosen
EXCEPT
SELECT customer_id FROM (SELECT customer_id, cume_dist() OVER (ORDER BY sales) AS place FROM revenue
  WHERE sale_lines > 0) WHERE place >= 0.99
