-- From the raw_* tables to the tables that model.yml describes.
--
-- A row without its key is rejected (kept as JSON in muster_rejected), a row of an unknown customer,
-- order or product is an orphan (counted, not loaded), of several rows with one id the one loaded
-- last stays. muster_load_report says so per table:
-- rows_read = rows_loaded + duplicates + rejected + orphans. Running it again gives the same tables.

-- step: Cleaning the customers
CREATE OR REPLACE TABLE customers AS
SELECT * EXCLUDE (loaded_at) FROM (
  SELECT DISTINCT ON (customer_id) * FROM raw_customers WHERE customer_id IS NOT NULL
  ORDER BY customer_id, loaded_at DESC
)
ORDER BY created_at, customer_id;

-- step: Cleaning the products
CREATE OR REPLACE TABLE products AS
SELECT * EXCLUDE (loaded_at) FROM (
  SELECT DISTINCT ON (product_id) * FROM raw_products WHERE product_id IS NOT NULL
  ORDER BY product_id, loaded_at DESC
)
ORDER BY product_id;

-- step: Cleaning the orders
CREATE OR REPLACE TABLE orders AS
WITH known AS (
  SELECT * FROM raw_orders SEMI JOIN customers USING (customer_id) WHERE order_id IS NOT NULL
), repeated AS (
  SELECT order_id FROM known GROUP BY order_id HAVING count(*) > 1
)
SELECT * FROM (
  SELECT * FROM known ANTI JOIN repeated USING (order_id)
  UNION ALL
  (SELECT DISTINCT ON (order_id) * FROM known SEMI JOIN repeated USING (order_id)
   ORDER BY order_id, loaded_at DESC, updated_at DESC)
)
ORDER BY order_date, order_id;

-- step: Cleaning the order items
CREATE OR REPLACE TABLE order_items AS
WITH known AS (
  SELECT * FROM raw_order_items SEMI JOIN orders USING (order_id) SEMI JOIN products USING (product_id)
  WHERE order_item_id IS NOT NULL
), repeated AS (
  SELECT order_item_id FROM known GROUP BY order_item_id HAVING count(*) > 1
)
SELECT * FROM (
  SELECT * FROM known ANTI JOIN repeated USING (order_item_id)
  UNION ALL
  (SELECT DISTINCT ON (order_item_id) * FROM known SEMI JOIN repeated USING (order_item_id)
   ORDER BY order_item_id, loaded_at DESC)
)
ORDER BY ordered_at, order_item_id;

-- step: Cleaning the status changes
CREATE OR REPLACE TABLE order_status_history AS
WITH known AS (
  SELECT * FROM raw_order_status_history SEMI JOIN orders USING (order_id)
  WHERE status_change_id IS NOT NULL
), repeated AS (
  SELECT status_change_id FROM known GROUP BY status_change_id HAVING count(*) > 1
)
SELECT * FROM (
  SELECT * FROM known ANTI JOIN repeated USING (status_change_id)
  UNION ALL
  (SELECT DISTINCT ON (status_change_id) * FROM known SEMI JOIN repeated USING (status_change_id)
   ORDER BY status_change_id, loaded_at DESC)
)
ORDER BY changed_at, status_change_id;

-- step: Cleaning the staff list
CREATE OR REPLACE TABLE staff AS
SELECT DISTINCT customer_id FROM raw_staff SEMI JOIN customers USING (customer_id) ORDER BY customer_id;

-- step: Keeping what was rejected
CREATE OR REPLACE TABLE muster_rejected (table_name VARCHAR, reason VARCHAR, raw JSON);
INSERT INTO muster_rejected
SELECT 'customers', 'no_key', to_json(r) FROM raw_customers AS r WHERE customer_id IS NULL;
INSERT INTO muster_rejected
SELECT 'products', 'no_key', to_json(r) FROM raw_products AS r WHERE product_id IS NULL;
INSERT INTO muster_rejected
SELECT 'orders', CASE WHEN order_id IS NULL THEN 'no_key' ELSE 'no_customer' END, to_json(r)
FROM raw_orders AS r WHERE order_id IS NULL OR customer_id IS NULL;
INSERT INTO muster_rejected
SELECT 'order_items', CASE WHEN order_item_id IS NULL THEN 'no_key' ELSE 'no_order' END, to_json(r)
FROM raw_order_items AS r WHERE order_item_id IS NULL OR order_id IS NULL;
INSERT INTO muster_rejected
SELECT 'order_status_history', CASE WHEN status_change_id IS NULL THEN 'no_key' ELSE 'no_order' END, to_json(r)
FROM raw_order_status_history AS r WHERE status_change_id IS NULL OR order_id IS NULL;
INSERT INTO muster_rejected
SELECT 'staff', 'no_key', to_json(r) FROM raw_staff AS r WHERE customer_id IS NULL;

-- step: Counting
CREATE OR REPLACE TABLE muster_load_report AS
WITH read AS (
  SELECT 'customers' AS table_name, count(*) AS rows_read, 0 AS orphans FROM raw_customers
  UNION ALL SELECT 'products', count(*), 0 FROM raw_products
  UNION ALL
  SELECT 'orders', count(*),
    count(*) FILTER (raw.order_id IS NOT NULL AND raw.customer_id IS NOT NULL AND customers.customer_id IS NULL)
  FROM raw_orders AS raw LEFT JOIN customers USING (customer_id)
  UNION ALL
  SELECT 'order_items', count(*),
    count(*) FILTER (raw.order_item_id IS NOT NULL AND raw.order_id IS NOT NULL
                     AND (orders.order_id IS NULL OR products.product_id IS NULL))
  FROM raw_order_items AS raw LEFT JOIN orders USING (order_id)
    LEFT JOIN products ON products.product_id = raw.product_id
  UNION ALL
  SELECT 'order_status_history', count(*),
    count(*) FILTER (raw.status_change_id IS NOT NULL AND raw.order_id IS NOT NULL AND orders.order_id IS NULL)
  FROM raw_order_status_history AS raw LEFT JOIN orders USING (order_id)
  UNION ALL
  SELECT 'staff', count(*), count(*) FILTER (raw.customer_id IS NOT NULL AND customers.customer_id IS NULL)
  FROM raw_staff AS raw LEFT JOIN customers USING (customer_id)
), loaded AS (
  SELECT 'customers' AS table_name, count(*) AS rows_loaded FROM customers
  UNION ALL SELECT 'products', count(*) FROM products
  UNION ALL SELECT 'orders', count(*) FROM orders
  UNION ALL SELECT 'order_items', count(*) FROM order_items
  UNION ALL SELECT 'order_status_history', count(*) FROM order_status_history
  UNION ALL SELECT 'staff', count(*) FROM staff
), refused AS (
  SELECT table_name, count(*) AS rejected FROM muster_rejected GROUP BY table_name
)
SELECT table_name, rows_read::BIGINT AS rows_read, rows_loaded::BIGINT AS rows_loaded,
  (rows_read - rows_loaded - coalesce(rejected, 0) - orphans)::BIGINT AS duplicates,
  coalesce(rejected, 0)::BIGINT AS rejected, orphans::BIGINT AS orphans
FROM read JOIN loaded USING (table_name) LEFT JOIN refused USING (table_name)
ORDER BY table_name;
