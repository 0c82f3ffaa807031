"""Where the data comes from: lists, profiles and trials of sources, of broken warehouses too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from muster.base.clock import FixedClock
from muster.base.errors import NotFound
from muster.services.context import WorkspaceContext
from muster.services.indexing import drop
from muster.services.source_profile import ProfiledField, profile_source
from muster.services.source_trial import TrialStep, try_sources
from muster.services.sources import SourceKind, ago, list_sources
from muster.services.workspaces import save_model
from tests.services.small_workspace import AS_OF, MODEL, PAYMENTS, SUPPRESSED, USERS

NEWEST = max(payment.at for payment in PAYMENTS).replace(tzinfo=UTC)


def later(context: WorkspaceContext, when: datetime) -> WorkspaceContext:
    return replace(context, resources=replace(context.resources, clock=FixedClock(when)))


def test_the_tables_behind_the_model_are_listed(shared) -> None:
    found = list_sources(shared)
    assert [(one.name, one.kind, one.span.rows) for one in found.items if one.span] == [
        ("user", SourceKind.ENTITY, len(USERS)),
        ("payment", SourceKind.EVENT, len(PAYMENTS)),
        ("view", SourceKind.EVENT, len(USERS)),
        ("suppression", SourceKind.LIST, len(SUPPRESSED)),
    ]
    user, payment, _, suppression = found.items
    assert (user.label, user.table, user.fields) == ("Users", "users", 11)
    assert "viennese" in user.used_by
    assert payment.used_by == ("quiet", "spenders")
    assert suppression.used_by == ("mail_to_win_back",)
    assert suppression.sentence == "2 rows."
    assert found.location == "workspaces/shop/warehouse.duckdb"
    assert "MB, last written" in found.sentence


@pytest.mark.parametrize(
    ("when", "newest", "fresh"),
    [
        (NEWEST + timedelta(hours=35), NEWEST, True),
        (NEWEST + timedelta(hours=37), NEWEST, False),
        (min(one.at for one in PAYMENTS).replace(tzinfo=UTC), None, None),
    ],
)
def test_events_are_fresh_for_a_day_and_a_half(shared, when, newest, fresh) -> None:
    payment = list_sources(later(shared, when)).items[1]
    assert payment.span is not None
    assert (payment.span.newest, payment.fresh) == (newest, fresh)
    assert ("load newer data" in payment.sentence) is (fresh is False)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=9), "9 days ago"),
        (-timedelta(hours=1), "just now"),
    ],
)
def test_how_long_ago_is_said_in_one_unit(span, said) -> None:
    assert ago(AS_OF - span, AS_OF) == said


def field(context: WorkspaceContext, source: str, name: str) -> ProfiledField:
    found = {one.field.name: one for one in profile_source(context, source).fields}
    return found[name]


def profiles(context: WorkspaceContext) -> list[object]:
    found = [profile_source(context, name) for name in ("user", "payment", "view", "suppression")]
    return [(one.name, one.rows, one.fields) for one in found]


def test_fields_are_profiled(shared) -> None:
    assert profile_source(shared, "user").rows == len(USERS)
    age = field(shared, "user", "age")
    ages = [user.age for user in USERS if user.age is not None]
    assert (age.filled, age.low, age.high) == (len(ages), min(ages), max(ages))
    assert (age.distinct, len(age.top), age.hidden) == (len(ages), 10, None)
    city = field(shared, "user", "city")
    assert (city.distinct, city.low, city.top[0]) == (3, None, ("Graz", 14))
    amount = field(shared, "payment", "amount")
    assert (amount.low, amount.high) == (Decimal("10.00"), max(one.amount for one in PAYMENTS))
    paid = field(shared, "payment", "paid_at")
    assert (paid.high, paid.distinct, paid.top) == (NEWEST, None, ())
    assert field(shared, "user", "tags").top == (("a", 20), ("b", 20))
    assert profile_source(shared, "suppression").fields == ()


def test_personal_values_are_shown_to_nobody(shared) -> None:
    email, home = field(shared, "user", "email"), field(shared, "user", "home")
    assert (email.filled, email.distinct) == (len(USERS), len(USERS))
    assert (email.low, email.high, email.top) == (None, None, ())
    assert email.hidden == "It is personal (contact), so its values are not shown."
    assert (home.filled, home.distinct, home.top) == (len(USERS), None, ())


def test_profiles_are_the_same_without_an_index(context) -> None:
    with_index = profiles(context)
    drop(context)
    with context.open_warehouse(read_only=False) as warehouse:  # another stamp, so nothing is kept
        warehouse.connection.execute("CREATE TABLE another (x INTEGER)").fetchall()
    assert profiles(context) == with_index


def test_what_is_no_source_has_no_profile(shared) -> None:
    with pytest.raises(NotFound) as raised:
        profile_source(shared, "activity")
    assert raised.value.code == "UNKNOWN_SOURCE"


def test_every_step_of_a_sound_warehouse_goes_well(shared) -> None:
    steps = try_sources(later(shared, NEWEST + timedelta(hours=1)))
    assert [step.name for step in steps] == [
        "Read the data model",
        "Open the warehouse",
        "Check tables and columns",
        *(
            f"{verb} {label}"
            for label in ("Users", "Payments", "Views", "suppression")
            for verb in ("Read", "Count")
        ),
        "Check the audience index",
    ]
    # views ended a month ago
    assert [step.name for step in steps if not step.ok] == ["Count Views"]
    views = next(step for step in steps if step.name == "Count Views")
    assert views.hint == "Load newer data, or find out why none comes."


def failed(context: WorkspaceContext) -> list[TrialStep]:
    return [step for step in try_sources(later(context, NEWEST)) if not step.ok]


def without_column(context: WorkspaceContext) -> None:
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute("ALTER TABLE users RENAME COLUMN city TO town").fetchall()


def without_table(context: WorkspaceContext) -> None:
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute("DROP TABLE views").fetchall()


def without_rows(context: WorkspaceContext) -> None:
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute("DELETE FROM payments").fetchall()


def without_warehouse(context: WorkspaceContext) -> None:
    context.warehouse_path.unlink()


def damaged(context: WorkspaceContext) -> None:
    context.warehouse_path.write_bytes(b"this is no warehouse")


@pytest.mark.parametrize(
    ("breaks", "step", "sentence"),
    [
        (without_column, "Check tables and columns", "Missing in the warehouse: users.city."),
        (without_table, "Check tables and columns", "Missing in the warehouse: views."),
        (without_rows, "Count Payments", "It is empty."),
        (without_warehouse, "Open the warehouse", ""),
        (damaged, "Open the warehouse", ""),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_broken_warehouse_is_said_and_never_raised(
    context: WorkspaceContext,
    breaks: Callable[[WorkspaceContext], None],
    step: str,
    sentence: str,
) -> None:
    breaks(context)
    found = failed(context)[0]
    assert found.name == step
    assert found.hint
    assert found.sentence.startswith(sentence)
    listed = list_sources(context)
    assert [one.name for one in listed.items] == ["user", "payment", "view", "suppression"]
    assert all(one.sentence for one in listed.items)
    if breaks is without_table:
        assert [one.span is None for one in listed.items] == [False, False, True, False]


def test_a_model_that_asks_for_more_than_there_is_is_said(context) -> None:
    save_model(context, MODEL.replace("{table: suppression,", "{table: supression,"))
    (found,) = [one for one in failed(context) if one.name == "Check tables and columns"]
    assert found.sentence == "Missing in the warehouse: supression."
