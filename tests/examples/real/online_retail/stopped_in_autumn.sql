-- The last 60 days begin on 11 October, the 90 days before them on 13 July (both in summer time).
SELECT customer_id
FROM invoices
WHERE kind = 'sale'
GROUP BY customer_id
HAVING count(*) FILTER (invoiced_at >= TIMESTAMP '2011-07-12 23:00:00'
  AND invoiced_at < TIMESTAMP '2011-10-10 23:00:00') > 0
  AND count(*) FILTER (invoiced_at >= TIMESTAMP '2011-10-10 23:00:00' AND invoiced_at < TIMESTAMP '2011-12-10') = 0
