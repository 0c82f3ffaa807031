from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from muster.base.datamodel import Field, FieldType, PiiClass
from muster.model.dump import dump_model, fingerprint
from muster.model.load import load_model
from muster.model.yaml_text import read_yaml
from muster.model.yaml_write import flow
from tests.model.documents import ABSENT, document

RICH: dict[str, Any] = {
    "description": 'Payments: "all" of them # really',
    "synthetic": True,
    "observed": "off",
    "attributes__seen": {"type": "timestamp", "stored_as": "instant", "label": "Ünïcode 😀"},
    "events__card__at": "PaidAt",
    "events__card__at_stored_as": "Asia/Kolkata",
    "events__card__ingested_at": "loaded_at",
    "events__card__keep_latest": True,
    "events__card__lookups": {"product": {"table": "products", "key": "id", "on": "product_id"}},
    "events__card__fields__department": {"type": "enum", "lookup": "product"},
    "events__card__fields__rate": {"type": "decimal", "scale": 4},
    "events__card__fields__fee": {"type": "money", "currency": "EUR"},
    "metrics__p90": {"percentile": "amount", "of": "card", "quantile": "0.9", "empty": "unknown"},
    "metrics__both": {"avg": "amount", "of": ["card", "upi"], "window": {"last": "P90D"}},
    "universes": {"adults": [{"field": "age", "op": ">=", "value": 18}]},
    "places": {"sydney": {"latitude": -33.8688, "longitude": 151.2093, "km": 50}},
    "lists": {"staff": {"table": "staff list", "key": "user id"}},
    "facets": {"age": "born", "locations": ["state"], "interests": {"attribute": "interests"}},
}


@pytest.mark.parametrize("changes", [{}, RICH, {"metrics": ABSENT}], ids=["plain", "rich", "bare"])
def test_a_dumped_model_loads_as_the_same_model(changes: dict[str, Any]) -> None:
    model = load_model(document(**changes))
    assert load_model(dump_model(model)) == model


def test_a_dumped_model_is_plain_yaml_for_any_reader() -> None:
    text = dump_model(load_model(document(**RICH)))
    content = yaml.safe_load(text)
    assert content["observed"] == "off"
    assert content["entity"]["lookups"]["account"]["on"] == "account_id"
    assert content["attributes"]["seen"]["label"] == "Ünïcode 😀"


def test_what_the_reader_would_add_by_itself_is_not_written() -> None:
    text = dump_model(load_model(document()))
    assert "column" not in text
    assert "scale" not in text
    assert "paid_at: {" not in text
    assert text.count("INR") == 1


def test_guessed_properties_are_marked_and_stay_guessed() -> None:
    model = load_model(document())
    guessed = Field(
        "nick",
        FieldType.TIMESTAMP,
        column="nick",
        pii=PiiClass.CONTACT,
        guessed=("pii", "stored_as"),
    )
    model = replace(model, attributes={**model.attributes, "nick": guessed})
    text = dump_model(model)
    assert "    pii: contact  # guessed\n    stored_as: utc  # guessed\n" in text
    assert text.count("# guessed") == 2
    assert load_model(text).attributes["nick"].guessed == ("pii", "stored_as")


def test_an_exact_number_in_a_rule_node_keeps_its_digits() -> None:
    changes = {"universes": {"rich": [{"field": "age", "op": ">", "value": 5}]}}
    model = load_model(document(**changes).replace('"value": 5', '"value": 0.10'))
    assert "value: 0.10" in dump_model(model)
    assert load_model(dump_model(model)).universes["rich"][0]["value"] == Decimal("0.10")


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.decimals(allow_nan=False, allow_infinity=False, min_value=-1000, max_value=1000, places=3)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES)
def test_any_value_survives_writing_and_reading(value: Any) -> None:
    found, problems = read_yaml("v: " + flow(value))
    assert problems == ()
    assert found == {"v": value}


@pytest.mark.parametrize(
    "text",
    [
        "on",
        "off",
        "NO",
        "y",
        "null",
        "~",
        "12",
        "0800",
        "1e3",
        "a: b",
        "a #b",
        "- a",
        "",
        " a",
        "&a",
        "*a",
        "!a",
        "2025-01-01",
        "{",
        "[",
        "'",
        '"',
        "a\nb",
        "%a",
        "@a",
        "`a",
        "|",
        ">",
    ],
)
def test_text_that_looks_like_something_else_stays_text(text: str) -> None:
    assert read_yaml(flow([text]))[0] == [text]
    assert yaml.safe_load(flow([text])) == [text]


SAME = [
    ("an explicit default", {"attributes__age__column": "age", "attributes__age__pii": "none"}),
    ("an explicit version", {"version": ABSENT}),
    ("a default currency", {"events__card__fields__amount__currency": "INR"}),
    ("the observed default", {"observed": "window"}),
]
DIFFERENT = [
    ("a type", {"attributes__age__type": "number"}),
    ("a column", {"attributes__age__column": "years"}),
    ("a label", {"attributes__age__label": "Age"}),
    ("a zone", {"time_zone": "UTC"}),
    ("a currency", {"currency": "EUR"}),
    ("a key", {"entity__key": "id"}),
    ("a lookup", {"entity__lookups__account__on": "acc"}),
    ("a pii class", {"attributes__email__pii": "identifier"}),
    ("a union", {"events__spend__union": ["card"]}),
    ("a metric's window", {"metrics__orders__window": {"last": "P30D"}}),
    ("a universe", {"universes": {"all": [{"field": "age", "op": "exists"}]}}),
    ("the observed mode", {"observed": "off"}),
]


@pytest.mark.parametrize("changes", [one[1] for one in SAME], ids=[one[0] for one in SAME])
def test_another_spelling_has_the_same_fingerprint(changes: dict[str, Any]) -> None:
    assert fingerprint(load_model(document(**changes))) == fingerprint(load_model(document()))


@pytest.mark.parametrize(
    "changes", [one[1] for one in DIFFERENT], ids=[one[0] for one in DIFFERENT]
)
def test_another_content_has_another_fingerprint(changes: dict[str, Any]) -> None:
    assert fingerprint(load_model(document(**changes))) != fingerprint(load_model(document()))


def test_the_order_of_keys_does_not_move_the_fingerprint() -> None:
    model = load_model(document())
    turned = replace(model, attributes=dict(reversed(model.attributes.items())))
    assert fingerprint(turned) == fingerprint(model)
