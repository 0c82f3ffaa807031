-- The previous quarter is July to September, wholly in summer time.
WITH sign AS (
  SELECT customer_id,
    (SELECT count(*) FROM invoices AS i WHERE i.customer_id = c.customer_id AND i.kind = 'cancellation'
       AND i.invoiced_at >= TIMESTAMP '2011-06-30 23:00:00'
         AND i.invoiced_at < TIMESTAMP '2011-09-30 23:00:00') >= 1 AS cancelled,
    EXISTS (SELECT 1 FROM lines AS l WHERE l.customer_id = c.customer_id
      AND l.stock_code IN ('M', 'D', 'BANK CHARGES')) AS corrected,
    (SELECT i.kind FROM invoices AS i WHERE i.customer_id = c.customer_id
     ORDER BY i.invoiced_at DESC, i.invoice_no DESC LIMIT 1) = 'cancellation' AS ended_so,
    (SELECT max(i.invoiced_at) FROM invoices AS i WHERE i.customer_id = c.customer_id) AS last_at
  FROM customers AS c
)
SELECT customer_id
FROM sign
WHERE cancelled::INTEGER + corrected::INTEGER + ended_so::INTEGER
  + (DATE '2011-12-10' - (last_at AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/London')::DATE > 90)::INTEGER >= 2
