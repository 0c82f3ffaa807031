-- What questions in plain words may read (the role muster_ask): nobody's name, address, e-mail or
-- telephone, no notes, and not who changed what.
CREATE VIEW ask_orders AS
SELECT order_id, reference, kind, customer_id, order_date, status, held_from, total_amount,
    item_count, quantity, channel, payment_method, coupon, paid_at, shipped_at, delivered_at,
    created_at, updated_at
FROM orders;

CREATE VIEW ask_items AS
SELECT i.order_id, i.line_no, o.order_date, o.status, o.customer_id, i.product_id, p.name AS product,
    p.category, p.brand, i.quantity, i.unit_price, i.subtotal
FROM order_items i JOIN orders o USING (order_id) JOIN products p USING (product_id);

CREATE VIEW ask_customers AS
SELECT customer_id, city, state, country, customer_type, tier, newsletters, email_verified,
    marketing_consent, loyalty_ends_on, created_at
FROM customers;

CREATE VIEW ask_products AS
SELECT product_id, name, category, brand, price FROM products;

CREATE VIEW ask_status_changes AS
SELECT status_change_id, order_id, from_status, to_status, changed_at FROM order_status_history;
