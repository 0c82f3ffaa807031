"""One small data model and hand-made worlds for the tests of the rule language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from muster.base.datamodel import (
    DataModel,
    Entity,
    EntityList,
    EventSource,
    EventUnion,
    Facets,
    Field,
    FieldType,
    Fold,
    MetricDefinition,
    Place,
)
from muster.base.errors import InvalidRule
from muster.rules.evaluate import Evaluation, evaluate
from muster.rules.parse import parse_definition
from muster.rules.resolve import resolve_rule
from muster.rules.resolved import Resolved, ResolvedRule
from muster.rules.world import Key, Published, World

T = FieldType


def _fields(*fields: Field) -> dict[str, Field]:
    return {field.name: field for field in fields}


def _at() -> Field:
    return Field("at", T.TIMESTAMP, "at", label="Time")


def _amount() -> Field:
    return Field("amount", T.MONEY, "amount", label="Amount", currency="INR")


def _category() -> Field:
    return Field("category", T.ENUM, "category", label="Category")


MODEL = DataModel(
    entity=Entity("user", "users", "user_id", label="Users", created_at="joined"),
    attributes=_fields(
        Field("tier", T.INTEGER, "tier", label="City tier"),
        Field("name", T.STRING, "name", label="Name", fold=Fold.CASE_ACCENT),
        Field("email", T.STRING, "email", label="E-mail", fold=Fold.CASE),
        Field("code", T.STRING, "code", label="Code"),
        Field("plan", T.ENUM, "plan", label="Plan", values=("Free", "Pro"), fold=Fold.CASE),
        Field("state", T.ENUM, "state", label="State", values=("NSW", "VIC")),
        Field("city", T.STRING, "city", label="City"),
        Field("score", T.NUMBER, "score", label="Score"),
        Field("ratio", T.DECIMAL, "ratio", label="Ratio"),
        Field("balance", T.MONEY, "balance", label="Balance", currency="INR"),
        Field("limit_usd", T.MONEY, "limit_usd", label="Limit", currency="USD"),
        Field("active", T.BOOLEAN, "active", label="Active"),
        Field("born", T.DATE, "born", label="Born"),
        Field("renewed", T.DATE, "renewed", label="Renewed"),
        Field("joined", T.TIMESTAMP, "joined", label="Joined"),
        Field("seen", T.TIMESTAMP, "seen", label="Last seen"),
        Field("tags", T.LIST, "tags", label="Tags", fold=Fold.CASE),
        Field("home", T.GEO, label="Home", latitude="lat", longitude="lon"),
    ),
    events={
        "card": EventSource(
            "card",
            "cards",
            "user_id",
            "at",
            _fields(
                _at(),
                _amount(),
                _category(),
                Field("merchant", T.STRING, "merchant", label="Merchant"),
                Field("product", T.INTEGER, "product", label="Product"),
                Field("weight", T.NUMBER, "weight", label="Weight"),
                Field("paid", T.BOOLEAN, "paid", label="Paid"),
                Field("due", T.DATE, "due", label="Due"),
                Field("labels", T.LIST, "labels", label="Labels"),
                Field("spot", T.GEO, label="Spot", latitude="lat", longitude="lon"),
            ),
            id="id",
            label="Card payments",
        ),
        "upi": EventSource(
            "upi",
            "upis",
            "user_id",
            "at",
            _fields(_at(), _amount(), _category(), Field("note", T.STRING, "note")),
            id="id",
            label="UPI payments",
        ),
        "view": EventSource(
            "view",
            "views",
            "user_id",
            "at",
            _fields(
                _at(),
                Field("genre", T.STRING, "genre", label="Genre"),
                Field("minutes", T.INTEGER, "minutes", label="Minutes"),
                Field("product", T.INTEGER, "product", label="Product"),
            ),
            label="Views",
        ),
    },
    unions={"spend": EventUnion("spend", ("card", "upi"), label="All payments")},
    metrics={
        metric.name: metric
        for metric in (
            MetricDefinition("total_spend", "sum", ("spend",), "amount", label="Total spend"),
            MetricDefinition("ticket", "avg", ("card",), "amount", label="Average ticket"),
            MetricDefinition("orders", "count", ("card",)),
            MetricDefinition("favourite", "mode", ("card",), "category", label="Favourite"),
            MetricDefinition("last_paid", "last", ("card",), "at", label="Last paid at"),
            MetricDefinition("days_since", "recency", ("spend",), label="Days since a payment"),
            MetricDefinition(
                "travel_90",
                "sum",
                ("spend",),
                "amount",
                where=[{"field": "category", "op": "=", "value": "Travel"}],
                window={"last": "P90D"},
                label="Travel spend, 90 days",
            ),
        )
    },
    time_zone="Asia/Kolkata",
    currency="INR",
    universes={
        "adults": [{"field": "tier", "op": ">=", "value": 1}],
        "payers": [{"did": "spend"}],
        "vips": {"segment": "vip"},
    },
    places={"sydney": Place("sydney", -33.8688, 151.2093, 50.0)},
    lists={name: EntityList(name, name, "user_id") for name in ("suppression", "staff")},
    facets=Facets(
        age="born",
        locations=("state", "city"),
        demographics=("plan", "active", "tier", "tags"),
        interests="tags",
        interest_source="view",
        interest_field="genre",
        interest_weight="minutes",
    ),
)
UNGUARDED = replace(MODEL, observed="off")
AS_OF = datetime(2026, 5, 15, 6, 30, tzinfo=UTC)  # 15 May, noon in Kolkata


def utc(text: str) -> datetime:
    """Read an instant; without an offset it is in UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def day(text: str) -> date:
    return date.fromisoformat(text)


def rupees(text: str) -> Decimal:
    return Decimal(text)


def event(key: Key | None, at: str, **fields: Any) -> tuple[Key | None, dict[str, Any]]:
    """Return one event of an entity; ``at`` in UTC."""
    return key, {"at": utc(at), **fields}


OLD = utc("2020-01-01")


def world(
    entities: Mapping[Key, Mapping[str, Any]] | Iterable[Key] = (1, 2, 3),
    *,
    model: DataModel = MODEL,
    lists: Mapping[str, Iterable[Key]] | None = None,
    segments: Mapping[str, tuple[Published, ...]] | None = None,
    **events: list[tuple[Key | None, dict[str, Any]]],
) -> World:
    """Return a world; entities given as bare keys joined long ago and have no other value."""
    rows = entities if isinstance(entities, Mapping) else {key: {} for key in entities}
    return World(
        model,
        {key: {"joined": OLD, **row} for key, row in rows.items()},
        events,
        {name: frozenset(keys) for name, keys in (lists or {}).items()},
        segments or {},
    )


def resolve(rule: Any, model: DataModel = MODEL, **options: Any) -> ResolvedRule:
    return resolve_rule(parse_definition(rule), model, **options)


def where(rule: Any, model: DataModel = MODEL) -> Resolved:
    return resolve(rule, model).where


def run(rule: Any, seen: World, *, as_of: datetime = AS_OF) -> Evaluation:
    return evaluate(resolve(rule, seen.model), seen, as_of=as_of)


def truths(rule: Any, seen: World, *, as_of: datetime = AS_OF) -> list[Any]:
    """Return the truth of each entity, in the order of their keys."""
    found = run(rule, seen, as_of=as_of).truths
    return [found[key] for key in sorted(found)]


def members(rule: Any, seen: World, *, as_of: datetime = AS_OF) -> list[Key]:
    return sorted(run(rule, seen, as_of=as_of).members)


def parse_faults(rule: Any) -> list[tuple[str, str]]:
    """Return (code, path) of everything that keeps a rule from being read."""
    with pytest.raises(InvalidRule) as caught:
        parse_definition(rule)
    assert caught.value.code == "INVALID_RULE"
    return [(problem.code, problem.path) for problem in caught.value.problems]


def resolve_faults(rule: Any, model: DataModel = MODEL, **options: Any) -> list[tuple[str, str]]:
    """Return (code, path) of everything that keeps a readable rule from fitting the model."""
    definition = parse_definition(rule)
    with pytest.raises(InvalidRule) as caught:
        resolve_rule(definition, model, **options)
    return [(problem.code, problem.path) for problem in caught.value.problems]
