-- 90 local days before 10 December begin on 11 September; London was an hour ahead of UTC then.
SELECT customer_id
FROM invoices
WHERE kind = 'sale' AND invoiced_at >= TIMESTAMP '2011-09-10 23:00:00' AND invoiced_at < TIMESTAMP '2011-12-10'
GROUP BY customer_id
HAVING count(*) >= 5
  AND count(DISTINCT (invoiced_at AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/London')::DATE) >= 5
