-- Months counted back from 10 December, each from the tenth to the tenth of the next.
WITH sale AS (
  SELECT customer_id, (invoiced_at AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/London') AS local_time FROM invoices
    WHERE kind = 'sale'
), placed AS (
  SELECT customer_id,
    CASE WHEN local_time >= TIMESTAMP '2011-11-10' THEN 1 WHEN local_time >= TIMESTAMP '2011-10-10' THEN 2
         WHEN local_time >= TIMESTAMP '2011-09-10' THEN 3 WHEN local_time >= TIMESTAMP '2011-08-10' THEN 4
         WHEN local_time >= TIMESTAMP '2011-07-10' THEN 5 WHEN local_time >= TIMESTAMP '2011-06-10' THEN 6 END AS month
  FROM sale WHERE local_time < TIMESTAMP '2011-12-10'
)
SELECT customer_id FROM placed GROUP BY customer_id HAVING count(DISTINCT month) >= 5
