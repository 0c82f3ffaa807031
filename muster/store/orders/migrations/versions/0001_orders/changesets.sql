-- What people did: one row a deed, and one a cell it changed.
CREATE TABLE changesets (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    op_id uuid NOT NULL UNIQUE,
    kind text NOT NULL CHECK (kind IN
        ('edit', 'form', 'paste', 'fill', 'bulk', 'import', 'undo', 'redo', 'create', 'delete')),
    actor text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    title text NOT NULL,
    reason text,
    orders integer NOT NULL,
    cells integer NOT NULL,
    undoes bigint REFERENCES changesets,
    details jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX ix_changesets_actor ON changesets (actor, id DESC);
CREATE INDEX ix_changesets_undoes ON changesets (undoes) WHERE undoes IS NOT NULL;
ALTER TABLE order_status_history
    ADD CONSTRAINT fk_history_changeset FOREIGN KEY (changeset_id) REFERENCES changesets;

-- insert and delete carry the whole row and no column.
CREATE TABLE changes (
    changeset_id bigint NOT NULL REFERENCES changesets,
    seq integer NOT NULL,
    entity text NOT NULL CHECK (entity IN ('order', 'item', 'customer')),
    key text NOT NULL,
    op text NOT NULL CHECK (op IN ('update', 'insert', 'delete')),
    field text,
    old jsonb,
    new jsonb,
    version_before bigint,
    version_after bigint,
    order_id bigint,
    PRIMARY KEY (changeset_id, seq),
    CHECK ((op = 'update') = (field IS NOT NULL))
);
CREATE INDEX ix_changes_order ON changes (order_id, changeset_id DESC);
CREATE INDEX ix_changes_row ON changes (entity, key, changeset_id DESC);

-- What changed since: read by the warehouse's feed and by everybody who looks on. Whoever reads it
-- remembers a snapshot, not a number: transactions commit in another order than their rows have
-- (see store/orders/feed.py).
CREATE TABLE feed (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    entity text NOT NULL CHECK (entity IN ('order', 'customer', 'product')),
    key text NOT NULL,
    changeset_id bigint,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ix_feed_txid ON feed (txid);

CREATE TABLE views (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CHECK (btrim(name) <> '' AND length(name) <= 80),
    owner text NOT NULL,
    shared boolean NOT NULL DEFAULT false,
    state jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    row_version bigint NOT NULL DEFAULT 1,
    UNIQUE (owner, name)
);

CREATE TABLE imports (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    actor text NOT NULL,
    file_name text NOT NULL,
    state text NOT NULL CHECK (state IN ('read', 'checked', 'applied', 'reverted', 'dropped')),
    columns jsonb NOT NULL,
    mapping jsonb NOT NULL DEFAULT '{}',
    options jsonb NOT NULL DEFAULT '{}',
    summary jsonb NOT NULL DEFAULT '{}',
    changeset_id bigint REFERENCES changesets,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE import_rows (
    import_id bigint NOT NULL REFERENCES imports ON DELETE CASCADE,
    row_no integer NOT NULL,
    cells jsonb NOT NULL,
    errors jsonb NOT NULL DEFAULT '[]',
    outcome text CHECK (outcome IN ('insert', 'update', 'same', 'error', 'skip')),
    order_id bigint,
    -- what the row names its order by: rows with the same one are lines of one order
    order_key text,
    PRIMARY KEY (import_id, row_no)
);
CREATE INDEX ix_import_rows_outcome ON import_rows (import_id, outcome, row_no);
CREATE INDEX ix_import_rows_key ON import_rows (import_id, order_key);

-- Who is here now; nothing is lost when it is.
CREATE UNLOGGED TABLE presence (
    client_id uuid PRIMARY KEY,
    actor text NOT NULL,
    order_id bigint,
    field text,
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'muster_rows') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO muster_rows', current_schema);
        EXECUTE format(
            'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO muster_rows',
            current_schema);
        EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO muster_rows', current_schema);
    END IF;
END
$$;
