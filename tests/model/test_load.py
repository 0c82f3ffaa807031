from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from muster.base.datamodel import Facets, FieldType, Fold, PiiClass, Place
from muster.base.errors import InvalidModel, Problem
from muster.model.load import load_model
from tests.model.documents import ABSENT, document


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(InvalidModel) as caught:
        load_model(text)
    return caught.value.problems


# changes to the valid document; the code and the path of the one fault they make
FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"version": 2}, "BAD_VERSION", "$.version"),
    ({"version": True}, "BAD_VERSION", "$.version"),
    ({"time_zone": ABSENT}, "MISSING_KEY", "$.time_zone"),
    ({"time_zone": "Asia/Calcuta"}, "UNKNOWN_ZONE", "$.time_zone"),
    ({"time_zone": 5}, "WRONG_TYPE", "$.time_zone"),
    ({"time_zone": "  "}, "BAD_VALUE", "$.time_zone"),
    ({"currency": "rupees"}, "BAD_CURRENCY", "$.currency"),
    ({"observed": "sometimes"}, "BAD_VALUE", "$.observed"),
    ({"observed": "window", "entity__created_at": ABSENT}, "MISSING_KEY", "$.observed"),
    ({"synthetic": "yes"}, "WRONG_TYPE", "$.synthetic"),
    ({"atributes": {}}, "UNKNOWN_KEY", "$.atributes"),
    ({"my key": 1}, "UNKNOWN_KEY", '$["my key"]'),
    ({"entity": ABSENT, "attributes__plan": ABSENT}, "MISSING_KEY", "$.entity"),
    ({"entity__name": "End User"}, "BAD_NAME", "$.entity.name"),
    ({"entity__key": ABSENT}, "MISSING_KEY", "$.entity.key"),
    ({"entity__table": ["users"]}, "WRONG_TYPE", "$.entity.table"),
    ({"entity__created_at": "age"}, "UNFIT_TYPE", "$.entity.created_at"),
    ({"entity__created_at": "Created At"}, "UNKNOWN_ATTRIBUTE", "$.entity.created_at"),
    ({"entity__lookups__account__on": ABSENT}, "MISSING_KEY", "$.entity.lookups.account.on"),
    ({"attributes__age": "integer"}, "WRONG_TYPE", "$.attributes.age"),
    ({"attributes__age": {"label": "Age"}}, "MISSING_KEY", "$.attributes.age.type"),
    ({"attributes__age__type": "int"}, "BAD_VALUE", "$.attributes.age.type"),
    ({"attributes__age__typ": "integer"}, "UNKNOWN_KEY", "$.attributes.age.typ"),
    ({"attributes__Age": {"type": "integer"}}, "BAD_NAME", "$.attributes.Age"),
    ({"attributes__a.b": {"type": "integer"}}, "BAD_NAME", '$.attributes["a.b"]'),
    ({"attributes__age__pii": "secret"}, "BAD_VALUE", "$.attributes.age.pii"),
    ({"attributes__age__currency": "EUR"}, "UNFIT_KEY", "$.attributes.age.currency"),
    ({"attributes__age__values": ["1"]}, "UNFIT_KEY", "$.attributes.age.values"),
    ({"attributes__age__fold": "case"}, "UNFIT_KEY", "$.attributes.age.fold"),
    ({"attributes__age__stored_as": "utc"}, "UNFIT_KEY", "$.attributes.age.stored_as"),
    ({"attributes__email__fold": "upper"}, "BAD_VALUE", "$.attributes.email.fold"),
    ({"attributes__plan__lookup": "acount"}, "UNKNOWN_LOOKUP", "$.attributes.plan.lookup"),
    ({"attributes__plan__values": ["a", "a"]}, "DUPLICATE_VALUE", "$.attributes.plan.values[1]"),
    ({"attributes__plan__values": ["a", True]}, "WRONG_TYPE", "$.attributes.plan.values[1]"),
    ({"attributes__home__latitude": ABSENT}, "MISSING_KEY", "$.attributes.home.latitude"),
    ({"attributes__home__column": "x"}, "UNFIT_KEY", "$.attributes.home.column"),
    (
        {"attributes__seen": {"type": "timestamp", "stored_as": "Mars/Base"}},
        "UNKNOWN_ZONE",
        "$.attributes.seen.stored_as",
    ),
    ({"events__card__fields__amount__scale": 40}, "BAD_RANGE", "$.events.card.fields.amount.scale"),
    (
        {"events__card__fields__amount__type": "mony"},
        "BAD_VALUE",
        "$.events.card.fields.amount.type",
    ),
    ({"events__card__at": ABSENT}, "MISSING_KEY", "$.events.card.at"),
    ({"events__card__entity_key": ABSENT}, "MISSING_KEY", "$.events.card.entity_key"),
    ({"events__card__at": "category"}, "UNFIT_TYPE", "$.events.card.fields.category.type"),
    ({"events__card__at": "Amount"}, "NAME_CLASH", "$.events.card.at"),
    ({"events__card__keep_latest": True}, "MISSING_KEY", "$.events.card.keep_latest"),
    ({"events__card__at_stored_as": "IST"}, "UNKNOWN_ZONE", "$.events.card.at_stored_as"),
    ({"events__spend__union": ["card", "cash"]}, "UNKNOWN_SOURCE", "$.events.spend.union[1]"),
    ({"events__all": {"union": ["spend"]}}, "UNKNOWN_SOURCE", "$.events.all.union[0]"),
    ({"events__spend__union": []}, "MISSING_KEY", "$.events.spend.union"),
    ({"events__spend__table": "x"}, "UNKNOWN_KEY", "$.events.spend.table"),
    ({"metrics__m": {"of": "card"}}, "BAD_METRIC", "$.metrics.m"),
    ({"metrics__m": {"sum": "amount", "avg": "amount", "of": "card"}}, "BAD_METRIC", "$.metrics.m"),
    ({"metrics__m": {"sum": "amount"}}, "MISSING_KEY", "$.metrics.m.of"),
    ({"metrics__m": {"sum": "amount", "of": "cards"}}, "UNKNOWN_SOURCE", "$.metrics.m.of"),
    (
        {"metrics__m": {"count": True, "of": ["card", "cash"]}},
        "UNKNOWN_SOURCE",
        "$.metrics.m.of[1]",
    ),
    ({"metrics__m": {"sum": "amout", "of": "card"}}, "UNKNOWN_FIELD", "$.metrics.m.sum"),
    ({"metrics__m": {"mode": "category", "of": "spend"}}, "UNKNOWN_FIELD", "$.metrics.m.mode"),
    ({"metrics__m": {"sum": "category", "of": "card"}}, "UNFIT_TYPE", "$.metrics.m.sum"),
    ({"metrics__m": {"max": "genre", "of": "view"}}, "UNFIT_TYPE", "$.metrics.m.max"),
    (
        {"events__upi__fields__amount__currency": "EUR"},
        "UNFIT_TYPE",
        "$.metrics.total_spend.sum",
    ),
    ({"metrics__m": {"count": "amount", "of": "card"}}, "WRONG_TYPE", "$.metrics.m.count"),
    ({"metrics__m": {"percentile": "amount", "of": "card"}}, "MISSING_KEY", "$.metrics.m.quantile"),
    (
        {"metrics__m": {"percentile": "amount", "of": "card", "quantile": "1.5"}},
        "BAD_RANGE",
        "$.metrics.m.quantile",
    ),
    (
        {"metrics__m": {"percentile": "amount", "of": "card", "quantile": "NaN"}},
        "BAD_RANGE",
        "$.metrics.m.quantile",
    ),
    ({"metrics__orders__quantile": "0.5"}, "UNFIT_KEY", "$.metrics.orders.quantile"),
    ({"metrics__orders__empty": "none"}, "BAD_VALUE", "$.metrics.orders.empty"),
    ({"metrics__orders__where": "amount > 3"}, "WRONG_TYPE", "$.metrics.orders.where"),
    ({"metrics__age": {"count": True, "of": "card"}}, "NAME_CLASH", "$.metrics.age"),
    ({"universes": {"adults": "age > 18"}}, "WRONG_TYPE", "$.universes.adults"),
    (
        {"places": {"pole": {"latitude": 91, "longitude": 0, "km": 5}}},
        "BAD_RANGE",
        "$.places.pole.latitude",
    ),
    ({"places": {"x": {"latitude": 1, "longitude": 0}}}, "MISSING_KEY", "$.places.x.km"),
    (
        {"places": {"x": {"latitude": "1", "longitude": 0, "km": 5}}},
        "WRONG_TYPE",
        "$.places.x.latitude",
    ),
    ({"lists": {"staff": {"table": "staff"}}}, "MISSING_KEY", "$.lists.staff.key"),
    ({"facets": {"age": "born_on"}}, "UNKNOWN_ATTRIBUTE", "$.facets.age"),
    ({"facets": {"age": "state"}}, "UNFIT_TYPE", "$.facets.age"),
    ({"facets": {"locations": ["state", "age"]}}, "UNFIT_TYPE", "$.facets.locations[1]"),
    ({"facets": {"demographics": ["home"]}}, "UNFIT_TYPE", "$.facets.demographics[0]"),
    (
        {"facets": {"interests": {"attribute": "state"}}},
        "UNFIT_TYPE",
        "$.facets.interests.attribute",
    ),
    (
        {"facets": {"interests": {"events": {"source": "view"}}}},
        "MISSING_KEY",
        "$.facets.interests.events.field",
    ),
    (
        {"facets": {"interests": {"events": {"source": "watch", "field": "genre"}}}},
        "UNKNOWN_SOURCE",
        "$.facets.interests.events.source",
    ),
    (
        {"facets": {"interests": {"events": {"source": "view", "field": "gendre"}}}},
        "UNKNOWN_FIELD",
        "$.facets.interests.events.field",
    ),
    (
        {"facets": {"interests": {"events": {"source": "view", "field": "minutes"}}}},
        "UNFIT_TYPE",
        "$.facets.interests.events.field",
    ),
]


@pytest.mark.parametrize(
    ("changes", "code", "path"), FAULTS, ids=[f"{fault[1]} {fault[2]}" for fault in FAULTS]
)
def test_a_fault_is_reported_once_with_its_code_and_path(
    changes: dict[str, Any], code: str, path: str
) -> None:
    found = problems_of(document(**changes))
    assert [(problem.code, problem.path) for problem in found] == [(code, path)]


def test_every_fault_of_a_document_is_reported_at_once() -> None:
    found = problems_of(
        document(
            time_zone="Nowhere", entity__key=ABSENT, attributes__age__type="int", metrics__m={}
        )
    )
    assert {problem.path for problem in found} == {
        "$.time_zone",
        "$.entity.key",
        "$.attributes.age.type",
        "$.metrics.m",
    }


def test_the_error_counts_its_faults_and_carries_the_first() -> None:
    with pytest.raises(InvalidModel) as caught:
        load_model(document(version=3, currency="euro"))
    assert caught.value.code == "INVALID_MODEL"
    assert "2 faults" in caught.value.sentence
    assert caught.value.path == "$.version"


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"atributes": {}}, 'Did you mean "attributes"?'),
        ({"time_zone": "Asia/Kolkatta"}, 'Did you mean "Asia/Kolkata"?'),
        ({"attributes__age__type": "integr"}, 'Did you mean "integer"?'),
        ({"metrics__m": {"sum": "Amount", "of": "card"}}, 'Did you mean "amount"?'),
        ({"entity__key": 7}, "Put it in quotes."),
    ],
)
def test_a_fault_comes_with_the_way_out(changes: dict[str, Any], hint: str) -> None:
    assert problems_of(document(**changes))[0].hint == hint


def test_what_follows_from_one_fault_is_not_reported_too() -> None:
    """A metric over a field of unknown type is not at fault itself."""
    found = problems_of(document(events__card__fields__amount={"type": "mony"}))
    assert [problem.path for problem in found] == ["$.events.card.fields.amount.type"]


@pytest.mark.parametrize("text", ["", "just text", "- a\n- b", "42"])
def test_a_document_that_is_no_mapping_is_refused(text: str) -> None:
    assert [problem.code for problem in problems_of(text)] == ["WRONG_TYPE"]


def test_a_field_takes_its_defaults_from_its_name_and_the_model() -> None:
    amount = load_model(document()).events["card"].fields["amount"]
    assert (amount.column, amount.currency, amount.scale) == ("amount", "INR", 2)
    assert (amount.fold, amount.pii, amount.lookup) == (Fold.NONE, PiiClass.NONE, None)


def test_a_field_keeps_what_is_written() -> None:
    model = load_model(
        document(
            events__card__fields__amount={
                "type": "money",
                "column": "amt",
                "currency": "EUR",
                "scale": 3,
                "label": "Betrag",
            },
            events__upi__fields__amount={"type": "money", "currency": "EUR"},
        )
    )
    amount = model.events["card"].fields["amount"]
    assert (amount.column, amount.currency, amount.scale, amount.label) == (
        "amt",
        "EUR",
        3,
        "Betrag",
    )


def test_a_point_has_two_columns_and_none_of_its_own() -> None:
    home = load_model(document()).attributes["home"]
    assert (home.type, home.column, home.latitude, home.longitude) == (
        FieldType.GEO,
        "",
        "lat",
        "lon",
    )


def test_created_at_becomes_an_attribute_if_nobody_declared_it() -> None:
    created_at = load_model(document()).attributes["created_at"]
    assert (created_at.type, created_at.column) == (FieldType.TIMESTAMP, "created_at")
    declared = load_model(document(attributes__created_at={"type": "date", "column": "since"}))
    assert declared.attributes["created_at"].column == "since"


@pytest.mark.parametrize(
    ("changes", "observed"),
    [
        ({}, "window"),
        ({"entity__created_at": ABSENT}, "off"),
        ({"observed": "off"}, "off"),
        ({"observed": "window"}, "window"),
    ],
)
def test_absence_is_judged_by_age_where_the_age_is_known(
    changes: dict[str, Any], observed: str
) -> None:
    assert load_model(document(**changes)).observed == observed


def test_the_time_of_an_event_becomes_a_field() -> None:
    card = load_model(document(events__card__at_stored_as="instant")).events["card"]
    assert card.at == "paid_at"
    assert (card.fields["paid_at"].type, card.fields["paid_at"].stored_as) == (
        FieldType.TIMESTAMP,
        "instant",
    )


def test_the_time_of_an_event_reuses_the_field_that_has_its_column() -> None:
    card = load_model(
        document(
            events__card__at="PaidAt",
            events__card__at_stored_as="Asia/Kolkata",
            events__card__fields__moment={"type": "timestamp", "column": "PaidAt"},
        )
    ).events["card"]
    assert card.at == "moment"
    assert card.fields["moment"].stored_as == "Asia/Kolkata"
    assert "paid_at" not in card.fields


def test_two_different_ways_of_storing_a_time_contradict_each_other() -> None:
    found = problems_of(
        document(
            events__card__at_stored_as="Asia/Kolkata",
            events__card__fields__paid_at={"type": "timestamp", "stored_as": "instant"},
        )
    )
    assert [problem.path for problem in found] == ["$.events.card.at_stored_as"]


def test_a_time_column_gets_a_name_that_rules_can_use() -> None:
    card = load_model(
        document(events__card__at="InvoiceDate", events__card__ingested_at="Loaded At")
    ).events["card"]
    assert (card.at, card.ingested_at) == ("invoice_date", "loaded_at")
    assert card.fields["loaded_at"].column == "Loaded At"


def test_keep_latest_goes_with_an_id_and_a_time_of_arrival() -> None:
    card = load_model(
        document(events__card__keep_latest=True, events__card__ingested_at="loaded_at")
    ).events["card"]
    assert card.keep_latest


def test_a_metric_may_span_several_sources() -> None:
    model = load_model(document(metrics__m={"sum": "amount", "of": ["card", "upi"]}))
    assert model.metrics["m"].on == ("card", "upi")
    assert model.metrics["total_spend"].on == ("spend",)


def test_rule_nodes_stay_raw_with_exact_numbers_and_dates_as_text() -> None:
    model = load_model(
        """
time_zone: UTC
entity: {name: user, table: users, key: id}
events: {buy: {table: buys, entity_key: id, at: at, fields: {amount: {type: decimal}}}}
metrics:
  m: {sum: amount, of: buy, where: [{field: amount, op: ">", value: 0.10}],
      window: {from: 2025-01-01}}
universes: {early: [{field: amount, op: before, value: 2025-01-01}]}
"""
    )
    assert model.universes["early"][0]["value"] == "2025-01-01"
    assert model.metrics["m"].where == [{"field": "amount", "op": ">", "value": Decimal("0.10")}]
    assert str(model.metrics["m"].where[0]["value"]) == "0.10"
    assert model.metrics["m"].window == {"from": "2025-01-01"}


def test_the_rest_of_the_document_is_read() -> None:
    model = load_model(
        document(
            description="Payments",
            synthetic=True,
            places={"sydney": {"latitude": -33.8688, "longitude": 151.2093, "km": 50}},
            lists={"staff": {"table": "staff", "key": "user_id"}},
            facets={
                "age": "born",
                "locations": ["state"],
                "demographics": ["plan"],
                "interests": {
                    "attribute": "interests",
                    "events": {"source": "view", "field": "genre", "weight": "minutes"},
                },
            },
        )
    )
    assert model.places["sydney"] == Place("sydney", -33.8688, 151.2093, 50.0)
    assert (model.description, model.synthetic) == ("Payments", True)
    assert model.lists["staff"].key == "user_id"
    assert model.facets == Facets(
        age="born",
        locations=("state",),
        demographics=("plan",),
        interests="interests",
        interest_source="view",
        interest_field="genre",
        interest_weight="minutes",
    )
    assert [source.name for source in model.sources_of("spend")] == ["card", "upi"]
