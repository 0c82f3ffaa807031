-- Online Retail: order lines of a gift shop, 2010-12-01 to 2011-12-09, as they were published.
--
-- Variable: source = the folder that holds online-retail/lines.parquet.
-- Makes customers, products, lines, invoices, rejected_lines; muster_load_report counts the rows
-- (rows_read = rows_loaded + duplicates + rejected + orphans) and muster_load_notes says what else
-- was found and done.

SELECT CASE WHEN getvariable('source') IS NULL THEN error('set the variable source') END;

-- step: Reading and typing the lines
CREATE OR REPLACE TEMP TABLE typed_line AS
SELECT file_row_number + 1 AS line_id, InvoiceNo AS invoice_no, CustomerID::INTEGER AS customer_id,
  trim(StockCode) AS stock_code,
  nullif(trim(Description), '') AS description, Quantity::INTEGER AS quantity,
  -- Four lines cost a tenth of a penny: three digits keep them.
  UnitPrice::DECIMAL(12, 3) AS unit_price, (Quantity::INTEGER * UnitPrice::DECIMAL(12, 3))::DECIMAL(12, 3) AS amount,
  CASE WHEN InvoiceNo LIKE 'C%' THEN 'cancellation' WHEN InvoiceNo LIKE 'A%' THEN 'bad_debt'
       WHEN Quantity < 0 THEN 'adjustment' ELSE 'sale' END AS kind,
  Country AS country,
  -- The shop wrote down London clock time; in summer that is an hour ahead of UTC.
  (InvoiceDate AT TIME ZONE 'Europe/London') AT TIME ZONE 'UTC' AS invoiced_at,
  row_number() OVER (
    PARTITION BY InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country
    ORDER BY file_row_number) AS copy
FROM read_parquet(getvariable('source') || '/online-retail/lines.parquet', file_row_number = true);

-- step: Putting lines without a customer aside
CREATE OR REPLACE TABLE rejected_lines AS
SELECT 'no_customer' AS reason, * EXCLUDE (customer_id, copy) FROM typed_line WHERE customer_id IS NULL
  ORDER BY line_id;

-- step: Keeping one of exactly equal lines
CREATE OR REPLACE TABLE lines AS
SELECT * EXCLUDE (copy) FROM typed_line WHERE customer_id IS NOT NULL AND copy = 1 ORDER BY invoiced_at, line_id;

-- step: Deriving customers, invoices and products
-- A customer lives in the country of the latest line.
CREATE OR REPLACE TABLE customers AS
SELECT customer_id, arg_max(country, (invoiced_at, line_id)) AS country, count(DISTINCT country) AS countries,
  min(invoiced_at) AS first_invoice_at, max(invoiced_at) AS last_invoice_at
FROM lines GROUP BY customer_id ORDER BY customer_id;
-- An invoice was written when its first line was.
CREATE OR REPLACE TABLE invoices AS
SELECT invoice_no, any_value(customer_id) AS customer_id, any_value(kind) AS kind, min(country) AS country,
  count(*)::INTEGER AS lines, sum(quantity)::INTEGER AS pieces, sum(amount)::DECIMAL(12, 3) AS total,
    min(invoiced_at) AS invoiced_at
FROM lines GROUP BY invoice_no ORDER BY invoiced_at, invoice_no;
-- Codes that begin with five digits are goods, the others postage, fees and corrections.
CREATE OR REPLACE TABLE products AS
SELECT stock_code, mode(description ORDER BY description) AS name,
  CASE WHEN regexp_matches(stock_code, '^\d{5}') THEN 'goods' ELSE 'service' END AS product_kind
FROM lines GROUP BY stock_code ORDER BY stock_code;

-- step: Counting
CREATE OR REPLACE TABLE muster_load_report AS
SELECT 'lines' AS table_name, (SELECT count(*) FROM typed_line) AS rows_read,
  (SELECT count(*) FROM lines) AS rows_loaded,
  (SELECT count(*) FROM typed_line WHERE customer_id IS NOT NULL AND copy > 1) AS duplicates,
  (SELECT count(*) FROM rejected_lines) AS rejected, 0::BIGINT AS orphans;
CREATE OR REPLACE TABLE muster_load_notes AS
SELECT 'lines without a customer, kept in rejected_lines' AS note, count(*) AS rows FROM rejected_lines
UNION ALL SELECT 'of these: negative quantities that are no cancellations, marked as adjustment', count(*)
  FROM rejected_lines WHERE kind = 'adjustment'
UNION ALL SELECT 'of these: bad debt, marked', count(*) FROM rejected_lines WHERE kind = 'bad_debt'
UNION ALL SELECT 'exactly equal lines dropped, one of each kept', duplicates FROM muster_load_report
UNION ALL SELECT 'cancelled lines, marked as cancellation', count(*) FROM lines WHERE kind = 'cancellation'
UNION ALL SELECT 'lines that cost nothing, kept', count(*) FROM lines WHERE unit_price = 0
UNION ALL SELECT 'lines below a penny, kept with three digits', count(*) FROM lines WHERE unit_price > 0
  AND unit_price < 0.01
UNION ALL SELECT 'invoices with two times, dated by the first', count(*)
  FROM (SELECT invoice_no FROM lines GROUP BY invoice_no HAVING count(DISTINCT invoiced_at) > 1)
UNION ALL SELECT 'customers with several countries, placed in the latest', count(*) FROM customers WHERE countries > 1
UNION ALL SELECT 'products with several descriptions, named by the most frequent', count(*)
  FROM (SELECT stock_code FROM lines GROUP BY stock_code HAVING count(DISTINCT description) > 1);

DROP TABLE typed_line;
