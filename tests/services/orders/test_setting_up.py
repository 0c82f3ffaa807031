"""Making a desk: for whom, in which money and time, again and again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from muster.base.errors import Conflict, InvalidInput, NotFound, Unavailable
from muster.base.orders import Desk
from muster.services.access import enter_locally
from muster.services.auditing import entries_of, of_workspace
from muster.services.context import Resources
from muster.services.doctor import Health
from muster.services.orders.checking import examine_desk
from muster.services.orders.opening import open_desk
from muster.services.orders.populating import GeneratedOrders, populate_desk
from muster.services.orders.setting_up import choose_workspace, set_up_desk
from muster.services.workspaces import create_workspace, current_model, list_workspaces, save_model
from muster.settings import Settings
from muster.wiring import open_resources
from tests.orders_shop import rows
from tests.services.small_workspace import CLOCK, MODEL


@pytest.fixture
def resources(database_url, tmp_path) -> Iterator[Resources]:
    settings = Settings(data=tmp_path, database_url=database_url, threads=1)
    with open_resources(settings, clock=CLOCK) as opened:
        yield opened


def test_without_a_workspace_the_examples_is_made_with_its_model(resources) -> None:
    found = set_up_desk(resources, actor="ann")
    assert (found.workspace, found.workspace_made, found.schema) == ("retail360", True, "retail360")
    assert found.migrations[0] == "0001"
    assert found.desk == Desk("USD", "America/New_York")
    assert (found.ask.ready, found.statements) == (True, ())
    context = enter_locally(resources, "retail360", actor="ann")
    assert current_model(context).currency == "USD"
    assert "orders.setup" in {
        entry.action for entry in entries_of(of_workspace(context), limit=9).items
    }

    again = set_up_desk(resources, actor="ann")
    assert (again.workspace_made, again.migrations) == (False, ())
    assert [one.name for one in list_workspaces(resources)] == ["retail360"]


def test_at_first_a_desk_counts_as_the_data_model_says(resources) -> None:
    create_workspace(resources, name="shop", title="Shop", synthetic=False, actor="ann")
    save_model(enter_locally(resources, "shop", actor="ann"), MODEL)
    assert set_up_desk(resources, actor="ann", workspace="shop").desk == Desk("EUR", "UTC")
    changed = set_up_desk(resources, actor="ann", currency="CHF")
    assert (changed.workspace, changed.desk) == ("shop", Desk("CHF", "UTC"))
    assert set_up_desk(resources, actor="ann", time_zone="Europe/Zurich").desk.currency == "CHF"
    with open_desk(enter_locally(resources, "shop", actor="ann")) as (_, desk):
        assert desk == Desk("CHF", "Europe/Zurich")


def test_one_installation_has_one_desk(resources) -> None:
    set_up_desk(resources, actor="ann")
    create_workspace(resources, name="other", title="Other", synthetic=False, actor="ann")
    with pytest.raises(Conflict) as caught:
        set_up_desk(resources, actor="ann", workspace="other")
    assert caught.value.code == "DESK_TAKEN"
    assert choose_workspace(resources, None) == "retail360"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"currency": "euro"}, "BAD_CURRENCY"),
        ({"currency": "eur"}, "BAD_CURRENCY"),
        ({"time_zone": "Mars/Olympus"}, "BAD_TIME_ZONE"),
        ({"workspace": "nowhere"}, "UNKNOWN_WORKSPACE"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(resources, options, code) -> None:
    with pytest.raises((InvalidInput, NotFound)) as caught:
        set_up_desk(resources, actor="ann", **options)
    assert caught.value.code == code
    assert list_workspaces(resources) == ()
    with resources.database.transaction() as connection:
        assert rows(connection, "SELECT to_regnamespace('retail360')") == [(None,)]


def test_a_desk_of_a_newer_muster_is_left_alone(resources) -> None:
    set_up_desk(resources, actor="ann")
    with open_desk(enter_locally(resources, "retail360", actor="ann")) as (connection, _):
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Unavailable) as caught:
        set_up_desk(resources, actor="ann")
    assert caught.value.code == "DESK_NEWER"


def test_a_superuser_sets_up_fills_and_reads_by_the_rows_role(database_url, tmp_path) -> None:
    url = database_url.replace("//muster@", "//postgres@")
    settings = Settings(data=tmp_path, database_url=url, threads=1)
    with open_resources(settings, clock=CLOCK) as resources:
        assert set_up_desk(resources, actor="ann").ask.ready
        context = enter_locally(resources, "retail360", actor="ann")
        populate_desk(context, GeneratedOrders(30))
        with open_desk(context) as (connection, _):
            role = rows(connection, "SELECT current_user")
            connection.exec_driver_sql("UPDATE orders SET note = 'x'")
        assert {one.health for one in examine_desk(context)} <= {Health.OK, Health.WARN}
        assert role == [("muster_rows",)] or resources.database.row_role is None
