"""What is corrected on the order desk counts seconds later, whatever dies meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from muster.rules.document import read_documents
from muster.services.context import WorkspaceContext
from muster.services.counting import count_definition
from muster.services.indexing import fresh_index
from muster.services.orders.flowing import flow
from muster.services.orders.opening import open_desk
from muster.services.workspaces import current_model
from muster.settings import Settings
from muster.wiring import make_worker
from tests.orders_shop import desk_context, desk_installation, desk_template  # noqa: F401
from tests.services.orders.test_flowing import edit, retail, taken_anew  # noqa: F401
from tests.services.small_workspace import Installation
from tests.soak.killing import wait_until

PHONERS = read_documents(
    [
        {
            "name": "phoners",
            "title": "By phone",
            "where": {"did": "order", "where": [{"field": "channel", "op": "=", "value": "phone"}]},
        }
    ]
)[0].definition

KILLED = """
import os, signal, sys
from muster.engines import orders_feed
from muster.services.access import enter_locally
from muster.services.orders.flowing import flow
from muster.settings import Settings
from muster.wiring import open_resources

moment, wanted = sys.argv[1], orders_feed._position

def die(warehouse, now):
    wanted(warehouse, now)
    if moment == "committing":
        os.kill(os.getpid(), signal.SIGKILL)

orders_feed._position = die
with open_resources(Settings()) as resources:
    flow(enter_locally(resources, "shop", actor="killed"))
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def worker(desk_installation: Installation, retail: WorkspaceContext) -> Iterator[None]:  # noqa: F811
    settings = Settings(
        data=desk_installation.data,
        database_url=desk_installation.environment["MUSTER_DATABASE_URL"],
        threads=1,
    )
    made = make_worker(settings, retail.resources, slots=1)
    made.start()
    yield
    made.stop(grace_seconds=0)


def test_an_edit_counts_on_the_next_question(worker: None, retail) -> None:  # noqa: F811
    model = current_model(retail)
    wait_until(lambda: fresh_index(retail, model) is not None, what="the first flow is indexed")
    before = count_definition(retail, PHONERS).size
    edit(
        retail,
        "INSERT INTO customers (customer_id, name) VALUES ('CNEW', 'New')",
        "INSERT INTO orders (customer_id, channel, order_date)"
        " VALUES ('CNEW', 'phone', '2025-05-20')",
    )
    # far sooner than the chore looks by itself
    wait_until(
        lambda: count_definition(retail, PHONERS).size == before + 1,
        what="the new order counts",
        seconds=20,
    )


@pytest.mark.parametrize("moment", ["committing", "committed"])
def test_a_killed_flow_loses_nothing(desk_installation, retail, moment: str) -> None:  # noqa: F811
    flow(retail)
    edit(retail, "UPDATE orders SET coupon = 'KEPT' WHERE order_id < 20")
    with open_desk(retail) as (connection, _):
        connection.execute(text("DELETE FROM orders WHERE order_id = 30"))
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, moment],
        env={**os.environ, **desk_installation.environment},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert flow(retail).anything is (moment == "committing")
    with retail.open_warehouse() as warehouse:
        query = "SELECT count(*) FROM orders WHERE coupon = 'KEPT'"
        assert warehouse.connection.execute(query).fetchone()[0] > 0
        flowed = warehouse.connection.execute(
            "FROM orders SELECT * EXCLUDE (loaded_at) ORDER BY ALL"
        ).fetchall()
    assert flowed == taken_anew(retail)["orders"]
    assert not list(retail.folder.glob("orders-flow-*"))
