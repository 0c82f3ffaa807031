"""A small retail world: customers with events, look-ups, a list and a table of no use."""

from __future__ import annotations

from pathlib import Path

import duckdb

TABLES = {
    "customers": """SELECT i AS customer_id, 'c' || i || '@example.org' AS email,
        'Customer ' || i AS name, DATE '1960-01-01' + INTERVAL (i * 97) DAY AS born,
        CASE i % 3 WHEN 0 THEN 'F' WHEN 1 THEN 'M' END AS gender, 'Town ' || (i % 7) AS city,
        48 + i / 1000.0 AS home_lat, 16.0 + i / 1000.0 AS home_lng, 1 + i % 4 AS region_id,
        TIMESTAMP '2023-01-01' + INTERVAL (i) DAY AS signed_up_at,
        ['sport', 'travel'][1:1 + i % 2] AS interests
        FROM range(1, 121) t(i)""",
    "regions": """SELECT i AS region_id, ['North', 'East', 'South', 'West'][i] AS region_name
        FROM range(1, 5) t(i)""",
    "products": """SELECT 'P' || (100 + i) AS sku, 'Thing ' || i AS name,
        ['food', 'toys', 'books'][1 + i % 3] AS department, (i * 1.25)::DECIMAL(9, 2) AS list_price
        FROM range(1, 41) t(i)""",
    "purchases": """SELECT 5000 + i AS purchase_id, 1 + i * 7 % 120 AS customer_id,
        'P' || (101 + i % 40) AS sku, (i % 50 * 0.5)::DECIMAL(9, 2) AS amount,
        1 + i % 3 AS quantity,
        CASE WHEN i % 20 > 0 THEN TIMESTAMP '2024-02-01' + INTERVAL (i) HOUR END AS shipped_at,
        TIMESTAMP '2024-01-01' + INTERVAL (i) HOUR AS bought_at,
        TIMESTAMP '2024-01-02' + INTERVAL (i) HOUR AS loaded_at
        FROM range(600) t(i)""",
    "visits": """SELECT 1 + i * 11 % 120 AS customer_id,
        ['web', 'app'][1 + i % 2] AS channel, DATE '2024-01-01' + INTERVAL (i % 90) DAY AS day
        FROM range(400) t(i)""",
    "unsubscribed": "SELECT i * 10 AS customer_id FROM range(1, 11) t(i)",
    "weather": """SELECT DATE '2024-01-01' + INTERVAL (i) DAY AS day, i * 0.5 AS degrees
        FROM range(9) t(i)""",
}


def write_folder(folder: Path, *, parquet: tuple[str, ...] = ("purchases", "customers")) -> Path:
    """Write the tables as files; those with lists have to be Parquet."""
    folder.mkdir(exist_ok=True)
    with duckdb.connect() as connection:
        for name, query in TABLES.items():
            suffix = "parquet" if name in parquet else "csv"
            path = folder / f"{name}.{suffix}"
            connection.execute(f"COPY ({query}) TO '{path}'").fetchall()
    return folder


def write_file(path: Path) -> Path:
    """Write the tables into a DuckDB file, with declared keys on customers and purchases."""
    with duckdb.connect(str(path)) as connection:
        for name, query in TABLES.items():
            connection.execute(f"CREATE TABLE {name} AS {query}").fetchall()
        connection.execute("ALTER TABLE customers ADD PRIMARY KEY (customer_id)").fetchall()
        connection.execute("ALTER TABLE purchases ADD PRIMARY KEY (purchase_id)").fetchall()
    return path
