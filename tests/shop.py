"""A small data model and warehouse that several test folders share: a shop, two event tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from muster.base.datamodel import DataModel
from muster.compile.bind import BoundRule, bind_rule
from muster.engines.duckdb import DuckDBWarehouse
from muster.model.load import load_model
from muster.rules.parse import parse_definition
from muster.rules.resolve import resolve_rule

AS_OF = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)

MODEL = """
version: 1
time_zone: Europe/London
currency: GBP
observed: off
entity: {name: customer, table: customers, key: customer_id, created_at: joined}
attributes:
  tier: {type: integer}
  email: {type: string, pii: contact, fold: case}
  born: {type: date}
  tags: {type: list}
  home: {type: geo, latitude: lat, longitude: lon}
  joined: {type: timestamp}
events:
  card:
    table: card_payments
    entity_key: customer_id
    id: payment_id
    at: paid_at
    fields:
      amount: {type: money}
      category: {type: enum}
  cash:
    table: cash_payments
    entity_key: customer_id
    id: payment_id
    at: paid_at
    fields:
      amount: {type: money}
      category: {type: enum}
  payment: {union: [card, cash]}
metrics:
  spend: {sum: amount, of: payment, label: Spend}
  payments: {count: true, of: payment}
lists:
  suppressed: {table: suppressed, key: customer_id}
places:
  london: {latitude: 51.5074, longitude: -0.1278, km: 30}
facets: {age: born, locations: [], interests: {attribute: tags}}
"""

_TABLES = (
    "CREATE TABLE customers (customer_id INTEGER, tier INTEGER, email VARCHAR, born DATE,"
    " tags VARCHAR[], lat DOUBLE, lon DOUBLE, joined TIMESTAMP)",
    "CREATE TABLE card_payments (payment_id INTEGER, customer_id INTEGER, paid_at TIMESTAMP,"
    " amount DECIMAL(12,2), category VARCHAR)",
    "CREATE TABLE cash_payments (payment_id INTEGER, customer_id INTEGER, paid_at TIMESTAMP,"
    " amount DECIMAL(12,2), category VARCHAR)",
    "CREATE TABLE suppressed (customer_id INTEGER)",
    "INSERT INTO customers VALUES"
    " (1, 1, 'Ann@example.org', '1990-05-01', ['vip', 'news'], 51.50, -0.12, '2020-01-01'),"
    " (2, NULL, NULL, NULL, NULL, NULL, NULL, '2026-01-05'),"
    " (3, 2, 'bob@example.org', '2001-02-28', [], 55.95, -3.19, '2024-06-01'),"
    " (4, 1, 'cat@example.org', '1960-12-31', ['news'], 51.60, -0.20, NULL)",
    "INSERT INTO card_payments VALUES"
    " (1, 1, '2026-01-09 10:00', 120.50, 'Travel'), (2, 1, '2025-12-20 09:00', 30.00, 'Food'),"
    " (3, 3, '2026-01-10 12:00', 999.99, 'Travel'), (4, 3, '2025-06-01 00:00', 10.00, NULL),"
    " (5, 9, '2026-01-01 00:00', 5.00, 'Food'), (6, NULL, '2026-01-01 00:00', 5.00, 'Food')",
    "INSERT INTO cash_payments VALUES (1, 4, '2026-01-08 23:59', 70.00, 'Food')",
    "INSERT INTO suppressed VALUES (1), (NULL), (77)",
)


def shop_model() -> DataModel:
    return load_model(MODEL)


def shop_warehouse() -> DuckDBWarehouse:
    warehouse = DuckDBWarehouse.in_memory(threads=1)
    fill(warehouse)
    return warehouse


def fill(warehouse: DuckDBWarehouse) -> None:
    for statement in _TABLES:
        warehouse.connection.execute(statement).fetchall()


def bound(rule: Any, *, name: str = "rule", model: DataModel | None = None) -> BoundRule:
    found = model or shop_model()
    return bind_rule(name, resolve_rule(parse_definition(rule), found), found, as_of=AS_OF)
