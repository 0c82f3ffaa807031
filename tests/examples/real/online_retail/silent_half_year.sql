-- 180 local days before 10 December begin on 13 June. Who came later has not been silent for half a year.
SELECT customer_id
FROM lines
GROUP BY customer_id
HAVING max(invoiced_at) < TIMESTAMP '2011-06-12 23:00:00' AND min(invoiced_at) <= TIMESTAMP '2011-06-12 23:00:00'
