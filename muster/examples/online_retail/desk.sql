-- From the lines of the Online Retail data (one Parquet file, never shipped) to the rows of an order
-- desk: desk_customers, desk_products, desk_orders, desk_order_items, desk_order_status_history, and
-- desk_report, which counts every oddity of the lines and what became of it.
--
-- Variables: path of the Parquet file; one_in: take one invoice in so many (1: all).

-- step: Reading the lines
-- An invoice is what its number says: C… a credit, A… an adjustment. Others with a negative quantity
-- are write-offs, adjustments too. A negative price is kept as the negative quantity at that price.
CREATE OR REPLACE TEMP TABLE desk_line AS
WITH read AS (
  SELECT file_row_number AS place, trim(InvoiceNo) AS invoice, trim(StockCode) AS code,
    nullif(trim(Description), '') AS description, Quantity AS given_quantity,
    UnitPrice::DECIMAL(18, 6) AS given_price, CustomerID::BIGINT::VARCHAR AS customer_id, Country AS country,
    (InvoiceDate AT TIME ZONE 'Europe/London') AT TIME ZONE 'UTC' AS sold_at
  FROM read_parquet(getvariable('path'), file_row_number = true)
  WHERE hash(InvoiceNo) % getvariable('one_in')::UBIGINT = 0
)
SELECT *,
  coalesce(invoice <> '' AND code <> '' AND sold_at IS NOT NULL AND abs(given_price) < 1e9 AND given_quantity <> 0
    AND given_quantity = floor(given_quantity) AND abs(given_quantity) <= 99999, false) AS usable,
  CASE WHEN usable THEN (given_quantity * CASE WHEN given_price < 0 THEN -1 ELSE 1 END)::INTEGER END AS quantity,
  CASE WHEN usable THEN round(abs(given_price), 2)::DECIMAL(12, 2) END AS unit_price
FROM read;

-- step: Grouping them into orders
CREATE OR REPLACE TEMP TABLE desk_invoice AS
SELECT row_number() OVER (ORDER BY min(sold_at), invoice) AS order_id, invoice,
  CASE WHEN invoice LIKE 'C%' THEN 'credit'
       WHEN invoice LIKE 'A%' OR min(quantity) < 0 THEN 'adjustment' ELSE 'sale' END AS kind,
  min(customer_id) AS customer_id, min(sold_at) AS sold_at, count(DISTINCT sold_at) AS times,
  count(DISTINCT customer_id) AS customers, count(*) AS item_count, sum(quantity)::BIGINT AS quantity,
  sum(quantity * unit_price)::DECIMAL(14, 2) AS total_amount
FROM desk_line WHERE usable GROUP BY invoice;

-- step: Preparing the customers and products
-- A customer lives where most of the lines say; a product is called what most of its lines call it.
CREATE OR REPLACE TEMP VIEW desk_customers AS
SELECT customer_id, 'Customer ' || customer_id AS name, mode(country ORDER BY place) AS country,
  min(sold_at) AS created_at, min(sold_at) AS updated_at
FROM desk_line WHERE usable AND customer_id IS NOT NULL GROUP BY customer_id ORDER BY customer_id;

CREATE OR REPLACE TEMP VIEW desk_products AS
SELECT code AS product_id, coalesce(mode(description ORDER BY place), code) AS name,
  arg_max(unit_price, place) AS price
FROM desk_line WHERE usable GROUP BY code ORDER BY code;

CREATE OR REPLACE TEMP VIEW desk_orders AS
SELECT order_id, invoice AS reference, kind, customer_id, 'Customer ' || customer_id AS customer_name, sold_at AS order_date,
  'delivered' AS status, total_amount, item_count, quantity,
  sold_at AS created_at, sold_at AS updated_at
FROM desk_invoice ORDER BY order_id;

CREATE OR REPLACE TEMP VIEW desk_order_items AS
SELECT order_id, row_number() OVER (PARTITION BY order_id ORDER BY place) AS line_no, code AS product_id,
  desk_line.quantity, unit_price, desk_line.sold_at AS created_at, desk_line.sold_at AS updated_at
FROM desk_line JOIN desk_invoice USING (invoice) WHERE usable ORDER BY order_id, line_no;

-- The file knows one moment of an invoice: it was written, and its goods or its money had gone out.
-- A credit is delivered too: what is refunded counts no more, and would not lessen the revenue.
CREATE OR REPLACE TEMP VIEW desk_order_status_history AS
SELECT order_id, NULL AS from_status, 'delivered' AS to_status, sold_at AS changed_at, 'online-retail' AS changed_by
FROM desk_invoice ORDER BY order_id;

-- step: Counting what is odd
CREATE OR REPLACE TEMP VIEW desk_report AS
WITH lines AS (
  SELECT count(*) AS lines, count(*) FILTER (WHERE NOT usable) AS unusable_lines,
    count(*) FILTER (WHERE customer_id IS NULL) AS lines_without_customer,
    count(*) FILTER (WHERE given_quantity < 0) AS negative_quantities,
    count(*) FILTER (WHERE given_price < 0) AS negative_prices,
    count(*) FILTER (WHERE given_price = 0) AS zero_prices,
    count(*) FILTER (WHERE given_price <> round(given_price, 2)) AS rounded_prices,
    count(*) FILTER (WHERE description IS NULL) AS missing_descriptions,
    (100 * sum(given_quantity::BIGINT * given_price) FILTER (WHERE usable))::BIGINT AS cents_given,
    (100 * sum(quantity * unit_price))::BIGINT AS cents_kept
  FROM desk_line
), repeats AS (
  SELECT coalesce(sum(copies - 1), 0)::BIGINT AS repeated_lines
  FROM (SELECT count(*) AS copies FROM desk_line
        GROUP BY invoice, code, description, given_quantity, given_price, customer_id, country, sold_at)
), invoices AS (
  SELECT count(*) AS orders, count(*) FILTER (WHERE kind = 'sale') AS sales,
    count(*) FILTER (WHERE kind = 'credit') AS credits, count(*) FILTER (WHERE kind = 'adjustment') AS adjustments,
    count(*) FILTER (WHERE kind = 'adjustment' AND invoice NOT LIKE 'A%') AS write_offs,
    count(*) FILTER (WHERE customer_id IS NULL) AS guest_orders,
    count(*) FILTER (WHERE times > 1) AS orders_of_two_times,
    count(*) FILTER (WHERE customers > 1) AS orders_of_two_customers
  FROM desk_invoice
), people AS (
  SELECT count(*) AS customers, count(*) FILTER (WHERE countries > 1) AS customers_of_two_countries
  FROM (SELECT count(DISTINCT country) AS countries FROM desk_line
        WHERE usable AND customer_id IS NOT NULL GROUP BY customer_id)
), goods AS (
  SELECT count(*) AS products, count(*) FILTER (WHERE names > 1) AS products_of_two_names,
    count(*) FILTER (WHERE names = 0) AS products_named_by_code,
    count(*) - count(DISTINCT upper(code)) AS codes_alike_but_for_case
  FROM (SELECT code, count(DISTINCT description) AS names FROM desk_line WHERE usable GROUP BY code)
), wide AS (
  SELECT * FROM lines, repeats, invoices, people, goods
)
SELECT quirk, number FROM wide UNPIVOT (number FOR quirk IN (COLUMNS(*)));
