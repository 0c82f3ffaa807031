WITH choice AS (
  SELECT customer_id, count(DISTINCT stock_code) AS products FROM lines GROUP BY customer_id
), bill AS (
  SELECT customer_id, sum(total) FILTER (kind = 'sale') AS sold, count(*) FILTER (kind = 'sale') AS sales,
    max(total) AS largest
  FROM invoices GROUP BY customer_id
)
SELECT customer_id
FROM customers JOIN choice USING (customer_id) JOIN bill USING (customer_id)
WHERE country NOT IN ('United Kingdom', 'Unspecified')
  AND regexp_full_match(country, '[A-Z][a-z]+')
  AND products >= 20 AND (sold >= 400 * sales AND sales > 0 OR largest > 1500)
