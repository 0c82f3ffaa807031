-- 180 days before 1 November begin on 5 May.
WITH sale AS (
  SELECT customer_id, (invoiced_at AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/London')::DATE AS day FROM invoices
    WHERE kind = 'sale'
)
SELECT DISTINCT customer_id FROM sale WHERE day BETWEEN DATE '2011-11-01' AND DATE '2011-12-09'
INTERSECT
SELECT customer_id FROM sale WHERE day < DATE '2011-11-01'
EXCEPT
SELECT customer_id FROM sale WHERE day >= DATE '2011-05-05' AND day < DATE '2011-11-01'
