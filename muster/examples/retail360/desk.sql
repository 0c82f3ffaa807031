-- From the clean tables to the rows of an order desk: desk_customers, desk_products, desk_orders,
-- desk_order_items, desk_order_status_history, and desk_report of what had to be changed.
--
-- Keys stay as they are, so that what the desk sends back finds the same rows. What repeats other
-- rows (totals, times of statuses, names of customers) is computed from those rows.

-- step: Preparing the orders
CREATE OR REPLACE TEMP TABLE desk_walk AS
SELECT order_id,
  arg_max(to_status, status_change_id) AS status,
  arg_max(from_status, status_change_id) AS status_before,
  max(changed_at) AS updated_at,
  min(changed_at) FILTER (WHERE to_status = 'confirmed') AS paid_at,
  min(changed_at) FILTER (WHERE to_status = 'shipped') AS shipped_at,
  min(changed_at) FILTER (WHERE to_status = 'delivered') AS delivered_at
FROM order_status_history GROUP BY order_id;
CREATE OR REPLACE TEMP TABLE desk_sum AS
SELECT order_id, sum(subtotal) AS total_amount, count(*) AS item_count, sum(quantity) AS quantity
FROM order_items GROUP BY order_id;

-- step: Preparing the customers
-- Of customers who share an address the first keeps it.
CREATE OR REPLACE TEMP TABLE desk_email AS
SELECT customer_id, name,
  CASE WHEN row_number() OVER (PARTITION BY lower(email) ORDER BY created_at, customer_id) = 1
    THEN email END AS email, email AS given
FROM customers;
CREATE OR REPLACE TEMP VIEW desk_customers AS
SELECT customer_id, customers.name, desk_email.email, phone, address, city, state, country, latitude, longitude,
  birth_date, customer_type, tier,
  '{' || array_to_string(list_transform(newsletters, lambda word: '"' || replace(word, '"', '\"') || '"'), ',')
    || '}' AS newsletters,
  email_verified, marketing_consent, loyalty_ends_on, created_at, created_at AS updated_at
FROM customers JOIN desk_email USING (customer_id);

CREATE OR REPLACE TEMP VIEW desk_products AS
SELECT product_id, name, category, brand, price FROM products;

CREATE OR REPLACE TEMP VIEW desk_orders AS
SELECT order_id, NULL AS reference, 'sale' AS kind, orders.customer_id, desk_email.name AS customer_name,
  desk_email.email AS customer_email, order_date, desk_walk.status,
  CASE WHEN desk_walk.status = 'on_hold' THEN status_before END AS held_from,
  coalesce(desk_sum.total_amount, 0) AS total_amount, coalesce(desk_sum.item_count, 0) AS item_count,
  coalesce(desk_sum.quantity, 0) AS quantity, channel, payment_method, coupon, NULL AS note,
  paid_at, shipped_at, delivered_at, order_date AS created_at,
  desk_walk.updated_at
FROM orders JOIN desk_walk USING (order_id) JOIN desk_email USING (customer_id)
  LEFT JOIN desk_sum USING (order_id)
ORDER BY order_id;

CREATE OR REPLACE TEMP VIEW desk_order_items AS
SELECT order_id, row_number() OVER (PARTITION BY order_id ORDER BY order_item_id) AS line_no, order_item_id,
  product_id, quantity, unit_price, ordered_at AS created_at, ordered_at AS updated_at
FROM order_items ORDER BY order_id, line_no;

CREATE OR REPLACE TEMP VIEW desk_order_status_history AS
SELECT status_change_id, order_id, from_status, to_status, changed_at, 'generator' AS changed_by,
  CASE to_status
    WHEN 'cancelled' THEN ['Customer changed their mind', 'Out of stock', 'Payment failed'][1 + order_id % 3]
    WHEN 'refunded' THEN CASE WHEN from_status = 'delivered' THEN 'Damaged on arrival' END
  END AS reason
FROM order_status_history ORDER BY status_change_id;

CREATE OR REPLACE TEMP VIEW desk_report AS
SELECT 'shared_emails' AS quirk, count(*) AS number FROM desk_email WHERE given IS NOT NULL AND email IS NULL
UNION ALL
SELECT 'orders_without_history', count(*) FROM orders ANTI JOIN desk_walk USING (order_id)
UNION ALL
SELECT 'orders_without_items', count(*) FROM orders ANTI JOIN desk_sum USING (order_id)
UNION ALL
SELECT 'totals_corrected', count(*) FROM orders JOIN desk_sum USING (order_id) WHERE total <> total_amount;
