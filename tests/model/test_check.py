from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from muster.base.inspection import ColumnFacts, PhysicalType, WarehouseFacts
from muster.model.check import Finding, Severity, check_model, has_errors
from muster.model.load import load_model
from tests.model.documents import document
from tests.model.facts import column, table, warehouse

P = PhysicalType

# what the valid document needs, and nothing to complain of
TABLES: dict[str, dict[str, ColumnFacts]] = {
    "users": {
        one.name: one
        for one in (
            column("user_id", P.INTEGER),
            column("account_id", P.INTEGER, distinct=3),
            column("age", P.INTEGER, distinct=50),
            column("born", P.DATE),
            column("state", P.TEXT, distinct=2),
            column("email", P.TEXT, minimum="a@x.org"),
            column("lat", P.FLOAT, minimum="-33.0", maximum="48.0"),
            column("lon", P.FLOAT, minimum="-70.0", maximum="151.0"),
            column("interests", P.TEXT_LIST),
            column("created_at", P.NAIVE_TIMESTAMP),
        )
    },
    "accounts": {
        one.name: one
        for one in (
            column("account_id", P.INTEGER),
            column("plan", P.TEXT, distinct=2, top_values=(("free", 90), ("pro", 10))),
        )
    },
    "card_payments": {
        one.name: one
        for one in (
            column("payment_id", P.INTEGER),
            column("user_id", P.INTEGER, distinct=30),
            column("paid_at", P.NAIVE_TIMESTAMP),
            column("amount", P.DECIMAL, scale=2),
            column("category", P.TEXT, distinct=5),
        )
    },
    "upi_payments": {
        one.name: one
        for one in (
            column("user_id", P.INTEGER, distinct=30),
            column("paid_at", P.NAIVE_TIMESTAMP),
            column("amount", P.DECIMAL, scale=2),
            column("merchant", P.TEXT, distinct=5),
        )
    },
    "views": {
        one.name: one
        for one in (
            column("user_id", P.INTEGER, distinct=30),
            column("viewed_at", P.NAIVE_TIMESTAMP),
            column("genre", P.TEXT, distinct=5),
            column("minutes", P.FLOAT),
        )
    },
}


def facts(**changes: Any) -> WarehouseFacts:
    """Return the facts with changes: ``users__age={"nulls": 3}``, None takes a thing away."""
    tables = {name: dict(columns) for name, columns in TABLES.items()}
    for path, change in changes.items():
        name, _, column_name = path.partition("__")
        if not column_name:
            del tables[name]
        elif change is None:
            del tables[name][column_name]
        else:
            tables[name][column_name] = replace(tables[name][column_name], **change)
    return warehouse(*(table(name, *columns.values()) for name, columns in tables.items()))


def findings(model_changes: dict[str, Any], fact_changes: dict[str, Any]) -> list[Finding]:
    ingested = {
        f"events__{name}__ingested_at": at
        for name, at in (("card", "paid_at"), ("upi", "paid_at"), ("view", "viewed_at"))
    }
    return list(
        check_model(load_model(document(**(ingested | model_changes))), facts(**fact_changes))
    )


def test_a_model_that_fits_has_no_findings() -> None:
    assert findings({}, {}) == []
    assert not has_errors(())


ERRORS: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    ({}, {"views": None}, "MISSING_TABLE", "$.events.view.table"),
    ({}, {"accounts": None}, "MISSING_TABLE", "$.entity.lookups.account.table"),
    ({}, {"users__age": None}, "MISSING_COLUMN", "$.attributes.age"),
    ({"attributes__age__column": "years"}, {}, "MISSING_COLUMN", "$.attributes.age.column"),
    ({}, {"users__lat": None}, "MISSING_COLUMN", "$.attributes.home.latitude"),
    ({}, {"accounts__plan": None}, "MISSING_COLUMN", "$.attributes.plan"),
    ({}, {"card_payments__payment_id": None}, "MISSING_COLUMN", "$.events.card.id"),
    (
        {},
        {"users__account_id": None},
        "MISSING_COLUMN",
        "$.entity.lookups.account.on",
    ),
    (
        {"lists": {"staff": {"table": "users", "key": "staff_id"}}},
        {},
        "MISSING_COLUMN",
        "$.lists.staff.key",
    ),
    ({}, {"users__age": {"type": P.TEXT}}, "TYPE_MISMATCH", "$.attributes.age"),
    ({}, {"users__age": {"type": P.FLOAT}}, "TYPE_MISMATCH", "$.attributes.age"),
    ({}, {"users__born": {"type": P.NAIVE_TIMESTAMP}}, "TYPE_MISMATCH", "$.attributes.born"),
    ({}, {"users__interests": {"type": P.TEXT}}, "TYPE_MISMATCH", "$.attributes.interests"),
    ({}, {"users__lat": {"type": P.TEXT}}, "TYPE_MISMATCH", "$.attributes.home.latitude"),
    ({}, {"views__minutes": {"type": P.TEXT}}, "TYPE_MISMATCH", "$.events.view.fields.minutes"),
    (
        {},
        {"users__created_at": {"type": P.ZONED_TIMESTAMP}},
        "STORED_AS",
        "$.attributes.created_at",
    ),
    ({}, {"users__user_id": {"nulls": 2, "distinct": 98}}, "KEY_HAS_NULLS", "$.entity.key"),
    ({}, {"users__user_id": {"distinct": 90}}, "KEY_NOT_UNIQUE", "$.entity.key"),
    ({}, {"users__user_id": {"type": P.FLOAT}}, "KEY_TYPE", "$.entity.key"),
    (
        {},
        {"accounts__account_id": {"distinct": 99}},
        "KEY_NOT_UNIQUE",
        "$.entity.lookups.account.key",
    ),
    ({}, {"views__user_id": {"type": P.TEXT}}, "KEY_TYPE_DIFFERS", "$.events.view.entity_key"),
    (
        {},
        {"users__account_id": {"type": P.TEXT}},
        "KEY_TYPE_DIFFERS",
        "$.entity.lookups.account.on",
    ),
    (
        {},
        {"card_payments__payment_id": {"distinct": 97}},
        "EVENT_ID_NOT_UNIQUE",
        "$.events.card.id",
    ),
    (
        {},
        {"accounts__plan": {"top_values": (("free", 90), ("gold", 10))}},
        "ENUM_VALUE_UNLISTED",
        "$.attributes.plan.values",
    ),
    (
        {},
        {"views__viewed_at": {"nulls": 100, "distinct": 0}},
        "TIME_ALL_NULL",
        "$.events.view.at",
    ),
]
WARNINGS: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    ({"events__view__ingested_at": None}, {}, "NO_FRESHNESS", "$.events.view"),
    (
        {},
        {"card_payments__amount": {"type": P.FLOAT}},
        "INEXACT_TYPE",
        "$.events.card.fields.amount",
    ),
    (
        {},
        {"card_payments__payment_id": {"nulls": 4, "distinct": 96}},
        "EVENT_ID_NULL",
        "$.events.card.id",
    ),
    (
        {},
        {"users__lat": {"maximum": "151.0"}},
        "DEGREES_OUT_OF_RANGE",
        "$.attributes.home.latitude",
    ),
    ({"attributes__email": {"type": "string"}}, {}, "PII_UNMARKED", "$.attributes.email"),
    (
        {},
        {"users__state": {"top_values": (("someone@example.org", 1),)}},
        "PII_UNMARKED",
        "$.attributes.state",
    ),
    (
        {},
        {"views__viewed_at": {"nulls": 3}},
        "TIME_HAS_NULLS",
        "$.events.view.at",
    ),
]


@pytest.mark.parametrize(
    ("model_changes", "fact_changes", "code", "path"),
    ERRORS + WARNINGS,
    ids=[f"{one[2]} {one[3]}" for one in ERRORS + WARNINGS],
)
def test_a_fault_is_found_with_its_code_and_path(
    model_changes: dict[str, Any], fact_changes: dict[str, Any], code: str, path: str
) -> None:
    case = (model_changes, fact_changes, code, path)
    severity = Severity.ERROR if case in ERRORS else Severity.WARNING
    found = findings(model_changes, fact_changes)
    assert {(one.severity, one.problem.code, one.problem.path) for one in found} == {
        (severity, code, path)
    }


def test_money_without_a_currency_is_a_warning() -> None:
    found = findings({"currency": None}, {})
    assert {one.problem.code for one in found} == {"NO_CURRENCY"}
    assert not has_errors(tuple(found))


def test_several_rows_of_one_event_are_expected_where_the_latest_counts() -> None:
    changes = {"events__card__keep_latest": True}
    assert findings(changes, {"card_payments__payment_id": {"distinct": 60}}) == []


def test_a_whole_number_column_may_stand_for_text() -> None:
    assert findings({}, {"users__state": {"type": P.INTEGER}}) == []


def test_a_missing_thing_comes_with_the_nearest_name() -> None:
    assert (
        findings({"attributes__age__column": "agee"}, {})[0].problem.hint == 'Did you mean "age"?'
    )
    model = load_model(document(events__view__table="vews"))
    assert check_model(model, facts())[0].problem.hint == 'Did you mean "views"?'


def test_a_missing_table_is_not_followed_by_its_missing_columns() -> None:
    codes = [one.problem.code for one in findings({}, {"users": None})]
    assert codes == ["MISSING_TABLE"]


@pytest.mark.parametrize(("share", "found"), [(0.0, False), (0.01, False), (0.25, True)])
def test_events_without_an_entity_are_a_warning_above_one_percent(
    share: float, found: bool
) -> None:
    model = load_model(document())
    codes = {
        one.problem.path: one.problem.sentence
        for one in check_model(model, facts(), orphan_shares={"card": share})
        if one.problem.code == "ORPHAN_EVENTS"
    }
    assert bool(codes) is found
    if found:
        assert codes["$.events.card.entity_key"].startswith("25.0%")


def test_one_error_is_enough_to_have_errors() -> None:
    assert has_errors(tuple(findings({}, {"views": None})))
