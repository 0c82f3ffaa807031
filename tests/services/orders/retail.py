"""A workspace whose segments are about the customers of its order desk, for impact previews."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from muster.base.clock import SystemClock
from muster.examples.catalog import find_example
from muster.model.yaml_text import read_yaml
from muster.rules.document import read_documents
from muster.services.access import enter_locally
from muster.services.applying import apply, plan_apply
from muster.services.context import WorkspaceContext
from muster.services.orders.flowing import flow
from muster.services.orders.opening import open_desk
from muster.services.refresh import refresh
from muster.services.workspaces import create_workspace, save_model
from muster.settings import Settings
from muster.store.embedded import EmbeddedServer
from muster.wiring import open_resources
from tests.orders_shop import make_desk
from tests.services.small_workspace import Installation, new_database

NAME = "retail"
MORE_RULES = """
- name: waiting
  title: Something is waiting
  where: {did: order, where: [{field: status, op: in, value: [pending, confirmed]}]}
- name: shipped_lately
  title: Shipped lately
  where:
    did: status_change
    where: [{field: to_status, op: "=", value: shipped}]
    window: {last: P2D}
- name: toys
  title: Toys
  where: {did: item, where: [{field: category, op: "=", value: Toys}], times: {op: ">=", n: 2}}
- name: big_spenders
  title: Big spenders
  where: {metric: revenue, op: ">", value: "300.00"}
- name: big_and_waiting
  title: Big spenders who wait
  depends_on: [big_spenders, waiting]
  operation: INTERSECTION
- name: not_waiting
  title: Nothing is waiting, not staff
  where: {segment: waiting, in: false}
  exclude: [{list: staff}]
- name: top_buyers
  title: Top buyers
  where: {metric: revenue, op: ">", value: "0"}
  limit: {n: 5, rank_by: revenue, dir: desc}
- name: in_vienna
  title: In Vienna
  where: {field: city, op: "=", value: Vienna}
"""
LATER_RULES = """
- name: was_waiting_first
  title: Waited when it was first computed
  where: {segment: waiting, version: 1}
- name: waits_no_more
  title: Waited at first, and waits no more
  where: [{segment: waiting, version: 1}, {segment: waiting, in: false}]
"""
MORE_ABOUT_CUSTOMERS = """
UPDATE customers SET newsletters = '{offers,new_arrivals}', email_verified = true,
    latitude = 40.7, longitude = -74.0, birth_date = '1980-06-01', loyalty_ends_on = '2030-01-01'
WHERE right(customer_id, 1) IN ('1', '2', '3')
"""
STAFF = ("C0003", "C0010")


def build(installation: Installation) -> None:
    """Make the workspace: desk, model, rules, warehouse, and every segment once."""
    with opened(installation, make=True) as context:
        make_desk(context, now=datetime.now(UTC))
        with open_desk(context) as (connection, _):
            connection.execute(text(MORE_ABOUT_CUSTOMERS))
        example = find_example("retail360")
        save_model(context, example.model_path.read_text(encoding="utf-8"))
        flow(context)
        with context.open_warehouse(read_only=False) as warehouse:
            for key in STAFF:
                warehouse.connection.execute("INSERT INTO staff VALUES (?)", [key]).fetchall()
        rules = example.rules_path.read_text(encoding="utf-8") + MORE_RULES
        for some in (rules, LATER_RULES):
            value, problems = read_yaml(some)
            assert not problems
            apply(context, plan_apply(context, read_documents(value)))
            refresh(context)


@contextmanager
def opened(installation: Installation, *, make: bool = False) -> Iterator[WorkspaceContext]:
    """Open the workspace with the real clock, by which the database stamps rows."""
    settings = Settings(
        data=installation.data,
        database_url=installation.server.url(database=installation.database),
        threads=1,
    )
    with open_resources(settings, clock=SystemClock()) as resources:
        if make:
            create_workspace(resources, name=NAME, title="Retail", synthetic=True, actor="tester")
        yield enter_locally(resources, NAME, actor="tester")


@pytest.fixture(scope="session")
def retail_template(
    embedded_server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """The workspace; only to be copied."""
    with new_database(embedded_server) as name:
        made = Installation(embedded_server, name, tmp_path_factory.mktemp("retail"))
        build(made)
        yield made


@pytest.fixture
def retail(retail_template: Installation, tmp_path: Path) -> Iterator[WorkspaceContext]:
    """A copy, opened, that the test may change."""
    with retail_template.copied(tmp_path) as copy, opened(copy) as context:
        yield context
