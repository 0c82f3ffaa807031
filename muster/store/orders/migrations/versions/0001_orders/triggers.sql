-- Settings of the transaction that the write path makes: muster.actor, muster.changeset_id,
-- muster.reason, muster.undoing ('on' lets a status go back the way it came, or to any it had before).

CREATE FUNCTION touch_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.row_version := OLD.row_version + 1;
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END
$$;

CREATE FUNCTION check_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    step order_status_transition;
    undoing boolean := coalesce(current_setting('muster.undoing', true), '') = 'on';
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.status <> OLD.status THEN
        SELECT * INTO step FROM order_status_transition
            WHERE (from_status = OLD.status AND to_status = NEW.status)
               OR (undoing AND from_status = NEW.status AND to_status = OLD.status)
            LIMIT 1;
        -- a bulk that walked several steps is undone in one: back to where the order was before
        IF NOT FOUND AND NOT (undoing AND EXISTS (SELECT FROM order_status_history h
                WHERE h.order_id = OLD.order_id AND NEW.status IN (h.from_status, h.to_status))) THEN
            RAISE EXCEPTION 'order % cannot go from % to %', OLD.order_id, OLD.status, NEW.status
                USING ERRCODE = 'MU001', CONSTRAINT = 'order_status_transition';
        END IF;
        IF NOT undoing THEN
            IF step.condition = 'paid' AND NEW.paid_at IS NULL THEN
                RAISE EXCEPTION 'order % was never paid', OLD.order_id
                    USING ERRCODE = 'MU002', CONSTRAINT = 'order_paid';
            END IF;
            IF step.condition = 'held_from' AND NEW.status IS DISTINCT FROM OLD.held_from THEN
                RAISE EXCEPTION 'order % was held in %', OLD.order_id, OLD.held_from
                    USING ERRCODE = 'MU003', CONSTRAINT = 'order_held_from';
            END IF;
            IF NEW.status = 'shipped' AND NEW.shipped_at IS NULL THEN
                NEW.shipped_at := greatest(now(), NEW.order_date);
            ELSIF NEW.status = 'delivered' AND NEW.delivered_at IS NULL THEN
                NEW.delivered_at := greatest(now(), coalesce(NEW.shipped_at, NEW.order_date));
            END IF;
        END IF;
        IF NEW.status <> 'on_hold' THEN
            NEW.held_from := NULL;
        ELSIF NEW.held_from IS NULL THEN
            NEW.held_from := OLD.status;
        END IF;
    END IF;
    IF TG_OP = 'INSERT' OR NEW.customer_id IS DISTINCT FROM OLD.customer_id THEN
        SELECT name, email INTO NEW.customer_name, NEW.customer_email
            FROM customers WHERE customer_id = NEW.customer_id;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER a_check_order BEFORE INSERT OR UPDATE ON orders
    FOR EACH ROW EXECUTE FUNCTION check_order();
CREATE TRIGGER b_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch_row();
CREATE TRIGGER b_touch BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION touch_row();
CREATE TRIGGER b_touch BEFORE UPDATE ON products FOR EACH ROW EXECUTE FUNCTION touch_row();
CREATE TRIGGER b_touch BEFORE UPDATE ON order_items FOR EACH ROW EXECUTE FUNCTION touch_row();
CREATE TRIGGER b_touch BEFORE UPDATE ON views FOR EACH ROW EXECUTE FUNCTION touch_row();

CREATE FUNCTION write_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- an order that was deleted comes back with the history it had
    IF TG_OP = 'INSERT' AND coalesce(current_setting('muster.undoing', true), '') = 'on' THEN
        RETURN NULL;
    END IF;
    INSERT INTO order_status_history
        (order_id, from_status, to_status, changed_by, reason, changeset_id)
    VALUES (NEW.order_id, CASE WHEN TG_OP = 'UPDATE' THEN OLD.status END, NEW.status,
        coalesce(nullif(current_setting('muster.actor', true), ''), current_user),
        nullif(current_setting('muster.reason', true), ''),
        nullif(current_setting('muster.changeset_id', true), '')::bigint);
    RETURN NULL;
END
$$;
CREATE TRIGGER c_history_new AFTER INSERT ON orders
    FOR EACH ROW EXECUTE FUNCTION write_history();
CREATE TRIGGER c_history AFTER UPDATE ON orders
    FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION write_history();

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of orders only grows'
        USING ERRCODE = 'MU004', CONSTRAINT = 'order_status_history_grows';
END
$$;
CREATE TRIGGER refuse BEFORE UPDATE ON order_status_history
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION follow_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE orders SET customer_name = NEW.name, customer_email = NEW.email
        WHERE customer_id = NEW.customer_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER c_follow AFTER UPDATE ON customers FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name OR OLD.email IS DISTINCT FROM NEW.email)
    EXECUTE FUNCTION follow_customer();

CREATE FUNCTION check_items() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held text;
BEGIN
    -- an order that this transaction made may be born delivered, with its items
    SELECT o.status INTO held FROM orders o JOIN order_status USING (status)
        WHERE o.order_id = coalesce(NEW.order_id, OLD.order_id) AND items_frozen
          AND o.created_at <> now()
          AND coalesce(current_setting('muster.undoing', true), '') <> 'on';
    IF FOUND THEN
        RAISE EXCEPTION 'the items of order % are fixed: it is %',
            coalesce(NEW.order_id, OLD.order_id), held
            USING ERRCODE = 'MU005', CONSTRAINT = 'order_items_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;

-- Checked when the transaction commits: the write path changes items first and totals after.
CREATE FUNCTION check_total() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.order_id ELSE NEW.order_id END;
    held orders;
    items record;
BEGIN
    SELECT * INTO held FROM orders WHERE order_id = touched;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT coalesce(sum(subtotal), 0) AS total, count(*) AS lines,
            coalesce(sum(i.quantity), 0) AS pieces, coalesce(min(i.quantity), 1) AS least
        INTO items FROM order_items i WHERE order_id = touched;
    IF held.total_amount <> items.total OR held.item_count <> items.lines
        OR held.quantity <> items.pieces THEN
        RAISE EXCEPTION 'order % says %, its items are %', touched, held.total_amount, items.total
            USING ERRCODE = 'MU006', CONSTRAINT = 'order_total';
    END IF;
    IF held.kind = 'sale' AND items.least < 0 THEN
        RAISE EXCEPTION 'order % is a sale and has an item with a negative quantity', touched
            USING ERRCODE = 'MU007', CONSTRAINT = 'order_sale_quantity';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER d_total AFTER INSERT OR UPDATE OR DELETE ON order_items
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_total();
CREATE CONSTRAINT TRIGGER d_total_new AFTER INSERT ON orders
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_total();
CREATE CONSTRAINT TRIGGER d_total AFTER UPDATE ON orders
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.total_amount <> NEW.total_amount OR OLD.item_count <> NEW.item_count
        OR OLD.quantity <> NEW.quantity OR OLD.kind <> NEW.kind)
    EXECUTE FUNCTION check_total();

-- One row of the feed for each order, customer or product that a statement touched.
CREATE FUNCTION feed_rows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    deed bigint := nullif(current_setting('muster.changeset_id', true), '')::bigint;
BEGIN
    IF TG_ARGV[0] = 'order' THEN
        INSERT INTO feed (entity, key, changeset_id)
            SELECT DISTINCT 'order', order_id::text, deed FROM touched;
    ELSIF TG_ARGV[0] = 'customer' THEN
        INSERT INTO feed (entity, key, changeset_id)
            SELECT DISTINCT 'customer', customer_id, deed FROM touched;
    ELSE
        INSERT INTO feed (entity, key, changeset_id)
            SELECT DISTINCT 'product', product_id, deed FROM touched;
    END IF;
    PERFORM pg_notify('muster_orders',
        json_build_object('schema', TG_TABLE_SCHEMA, 'rows', true)::text);
    RETURN NULL;
END
$$;
DO $$
DECLARE
    pair text[];
BEGIN
    FOREACH pair SLICE 1 IN ARRAY ARRAY[['orders', 'order'], ['order_items', 'order'],
        ['customers', 'customer'], ['products', 'product']] LOOP
        EXECUTE format('CREATE TRIGGER e_feed_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS'
            ' touched FOR EACH STATEMENT EXECUTE FUNCTION feed_rows(%L)', pair[1], pair[2]);
        EXECUTE format('CREATE TRIGGER e_feed_update AFTER UPDATE ON %I REFERENCING NEW TABLE AS'
            ' touched FOR EACH STATEMENT EXECUTE FUNCTION feed_rows(%L)', pair[1], pair[2]);
        EXECUTE format('CREATE TRIGGER e_feed_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS'
            ' touched FOR EACH STATEMENT EXECUTE FUNCTION feed_rows(%L)', pair[1], pair[2]);
    END LOOP;
END
$$;
CREATE TRIGGER a_frozen BEFORE INSERT OR UPDATE OR DELETE ON order_items
    FOR EACH ROW EXECUTE FUNCTION check_items();
