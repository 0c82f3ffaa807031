-- Net of cancellations, over the calendar year 2011 up to the day of the run (10 December, midnight).
SELECT customer_id
FROM customers
JOIN lines USING (customer_id)
WHERE customers.country = 'United Kingdom'
  AND lines.invoiced_at >= TIMESTAMP '2011-01-01' AND lines.invoiced_at < TIMESTAMP '2011-12-10'
GROUP BY customer_id
HAVING sum(amount) > 5000
