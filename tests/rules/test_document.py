"""Rule documents: every form they come in, and every fault they may have."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from muster.base.errors import InvalidRule
from muster.rules.document import MAX_CHARACTERS, RuleDocument, read_documents, slug
from muster.rules.nodes import AnyOf, Member
from muster.rules.parse import parse_definition

A = {"field": "tier", "op": "=", "value": 1}


def document(**members: Any) -> dict[str, Any]:
    return {"name": "vip", "where": [A], **members}


def read(**members: Any) -> RuleDocument:
    (found,) = read_documents([document(**members)])
    return found


def faults(value: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRule) as caught:
        read_documents(value)
    assert caught.value.code == "INVALID_RULE"
    return [(problem.code, problem.path) for problem in caught.value.problems]


def test_a_document_is_read() -> None:
    written = document(
        title="Very important",
        description="Who matters.\nMost of all.",
        tags=["value", "daily", "value"],
        schedule=" 30  6 * * mon-fri ",
        universe="adults",
        exclude=[{"list": "staff"}],
    )
    (found,) = read_documents([written])
    definition = {"where": [A], "universe": "adults", "exclude": [{"list": "staff"}]}
    assert found == RuleDocument(
        name="vip",
        title="Very important",
        description="Who matters.\nMost of all.",
        tags=("value", "daily"),
        schedule="30 6 * * mon-fri",
        definition=parse_definition(definition),
        raw=definition,
    )


def test_what_is_left_out_is_empty() -> None:
    found = read(description=None, tags=None, schedule=None)
    assert (found.title, found.description, found.tags, found.schedule) == ("Vip", "", (), None)
    assert read(name="top_10_percent").title == "Top 10 percent"
    assert read(schedule="", description="").schedule is None


def test_rules_come_as_a_list_in_an_object_or_alone() -> None:
    listed = read_documents([document(), document(name="b")])
    assert [found.name for found in listed] == ["vip", "b"]
    assert read_documents({"rules": [document(), document(name="b")]}) == listed
    assert read_documents(document()) == listed[:1]
    assert read_documents([]) == read_documents({"rules": []}) == ()


AUDIENCE_MANAGER = {
    "rule_name": "High Value Customers",
    "description": "Users with total spend over $5000",
    "conditions": [{"field": "total_spend", "operator": ">", "value": 100}],
    "schedule": "@daily",
    "start_date": "2025-01-01T00:00:00Z",
    "end_date": "2025-12-31T23:59:59Z",
    "depends_on": [],
    "operation": None,
}


def test_the_audience_managers_form_is_read() -> None:
    (found,) = read_documents(AUDIENCE_MANAGER)
    assert (found.name, found.title) == ("high_value_customers", "High Value Customers")
    assert found.schedule == "@daily"
    assert found.raw["conditions"] == AUDIENCE_MANAGER["conditions"]
    assert parse_definition(found.raw) == found.definition
    assert found.definition.default_window is not None


def test_parents_are_combined() -> None:
    combined = {"rule_name": "Either", "depends_on": ["a", 2], "operation": "UNION"}
    (found,) = read_documents([combined])
    assert found.definition.where == AnyOf((Member("a"), Member("2")))
    assert parse_definition(found.raw) == found.definition


def test_a_name_of_its_own_goes_before_the_one_made_of_the_title() -> None:
    (found,) = read_documents([{**AUDIENCE_MANAGER, "name": "hv"}])
    assert (found.name, found.title) == ("hv", "High Value Customers")


SLUGS = [
    ("High Value Customers", "high_value_customers"),
    ("  Spend > $5,000!  ", "spend_5_000"),
    ("Café Müller", "cafe_muller"),
    ("2025 winners", "rule_2025_winners"),
    ("x" * 99, "x" * 63),
    ("a" * 62 + " b", "a" * 62),
    ("__a__", "a"),
]


@pytest.mark.parametrize(("title", "name"), SLUGS)
def test_a_title_gives_a_name(title: str, name: str) -> None:
    assert slug(title) == name


def test_a_title_without_latin_letters_still_gives_a_name() -> None:
    assert slug("ग्राहक") == slug("ग्राहक")
    assert slug("ग्राहक") != slug("顧客")
    assert slug("顧客").startswith("rule_") or slug("顧客")[0].isalpha()
    (found,) = read_documents([{"rule_name": "顧客", "conditions": [A]}])
    assert found.title == "顧客"


def test_values_of_a_yaml_parser_become_json() -> None:
    found = read(
        where={"field": "born", "op": "in", "value": (date(2025, 1, 31), 0.1)},
        start_date=datetime(2025, 1, 1, tzinfo=UTC),
    )
    assert found.raw == {
        "where": {"field": "born", "op": "in", "value": ["2025-01-31", Decimal("0.1")]},
        "start_date": "2025-01-01T00:00:00+00:00",
    }


FAULTS: list[tuple[Any, str, str]] = [
    (None, "BAD_DOCUMENT", "$"),
    ("rules", "BAD_DOCUMENT", "$"),
    ({"rules": {}}, "BAD_DOCUMENT", "$.rules"),
    ({"rules": [], "version": 1}, "UNKNOWN_NAME", "$.version"),
    (["x"], "BAD_DOCUMENT", "$[0]"),
    ({"rules": [document(), None]}, "BAD_DOCUMENT", "$.rules[1]"),
    ([{"where": [A]}], "MISSING", "$[0]"),
    ([{"title": "T", "where": [A]}], "MISSING", "$[0]"),
    ([document(name="Vip")], "BAD_NAME", "$[0].name"),
    ([document(name="1st")], "BAD_NAME", "$[0].name"),
    ([document(name="a" * 64)], "BAD_NAME", "$[0].name"),
    ([document(name="vip\n")], "BAD_NAME", "$[0].name"),
    ([document(name="")], "BAD_NAME", "$[0].name"),
    ([document(name=7)], "BAD_NAME", "$[0].name"),
    ([document(name="x; DROP TABLE rules")], "BAD_NAME", "$[0].name"),
    ([document(title="")], "BAD_TEXT", "$[0].title"),
    ([document(title="x" * 201)], "BAD_TEXT", "$[0].title"),
    ([document(title="a\0b")], "BAD_TEXT", "$[0].title"),
    ([document(title="a", rule_name="b")], "AMBIGUOUS", "$[0]"),
    ([{"rule_name": 5, "conditions": [A]}], "BAD_TEXT", "$[0].rule_name"),
    ([document(description=5)], "BAD_TEXT", "$[0].description"),
    ([document(tags="daily")], "BAD_LIST", "$[0].tags"),
    ([document(tags=["a", ""])], "BAD_TEXT", "$[0].tags[1]"),
    ([document(tags=["t"] * 51)], "BAD_LIST", "$[0].tags"),
    ([document(schedule="@often")], "BAD_SCHEDULE", "$[0].schedule"),
    ([document(schedule=5)], "BAD_TEXT", "$[0].schedule"),
    ([document(), document()], "DUPLICATE_NAME", "$[1].name"),
    ([document(name="a_b"), {"rule_name": "A B", "where": A}], "DUPLICATE_NAME", "$[1].rule_name"),
    ([{"name": "vip"}], "MISSING", "$[0]"),
    ([{"name": "vip", "limit": {"n": 1, "rank_by": "m"}}], "MISSING", "$[0]"),
    ([document(wheer=1)], "UNKNOWN_NAME", "$[0].wheer"),
    ([document(titel="x")], "UNKNOWN_NAME", "$[0].titel"),
    ([{"name": "vip", **A}], "UNKNOWN_NAME", "$[0].field"),
    ([{"name": "vip", "any": [A]}], "UNKNOWN_NAME", "$[0].any"),
    ([document(where=[])], "EMPTY_GROUP", "$[0].where"),
    ([document(where=[A, {"field": "x"}])], "MISSING", "$[0].where[1]"),
    ([document(), document(name="b", where={"any": [5]})], "BAD_NODE", "$[1].where.any[0]"),
    ({"rules": [document(conditions=[A])]}, "AMBIGUOUS", "$.rules[0]"),
    ([document(exclude=[{"list": 5}])], "BAD_TEXT", "$[0].exclude[0].list"),
    ([document(where=b"x")], "BAD_VALUE", "$[0].where"),
    ([document(where=[{**A, True: "card"}])], "BAD_VALUE", "$[0].where[0]"),
    ([document(where={**A, "value": float("inf")})], "BAD_NUMBER", "$[0].where.value"),
    ([document(where={**A, "value": Decimal("1e999999999")})], "BAD_NUMBER", "$[0].where.value"),
]


@pytest.mark.parametrize(("value", "code", "path"), FAULTS, ids=lambda part: str(part)[:60])
def test_a_fault_is_reported_where_it_stands(value: Any, code: str, path: str) -> None:
    assert (code, path) in faults(value)


def test_all_faults_of_all_documents_are_reported_at_once() -> None:
    value = [
        {"name": "A", "schedule": "never", "where": []},
        document(name="b", where={"field": "x"}),
    ]
    assert faults(value) == [
        ("BAD_NAME", "$[0].name"),
        ("BAD_SCHEDULE", "$[0].schedule"),
        ("EMPTY_GROUP", "$[0].where"),
        ("MISSING", "$[1].where"),
    ]


def test_a_misspelt_name_gets_a_hint() -> None:
    with pytest.raises(InvalidRule) as caught:
        read_documents([document(shedule="@daily")])
    assert caught.value.hint == 'Did you mean "schedule"?'
    with pytest.raises(InvalidRule) as caught:
        read_documents([document(name="Best Customers")])
    assert caught.value.hint is not None
    assert '"best_customers"' in caught.value.hint


def test_ten_megabytes_are_refused() -> None:
    assert faults([document(description="x" * 10_000_000)]) == [("TOO_LARGE", "$[0]")]
    many = document(where=[A] * 200_000)
    assert faults([many, document(name="b")]) == [("TOO_LARGE", "$[0]")]


def test_the_limit_is_on_each_rule_not_on_the_file() -> None:
    texts = [document(name=f"r{n}", where={**A, "value": "x" * 9_000}) for n in range(150)]
    assert len(read_documents(texts)) == 150


def test_escapes_count_towards_the_limit() -> None:
    """A letter outside ASCII takes six characters in the canonical text."""
    wide = [{**A, "op": "in", "value": ["é" * 9_000] * 20}]
    assert faults([document(where=wide)]) == [("TOO_LARGE", "$[0]")]
    narrow = [{**A, "op": "in", "value": ["e" * 9_000] * 20}]
    assert read(where=narrow).name == "vip"
    assert 9_000 * 20 < MAX_CHARACTERS < 6 * 9_000 * 20


def test_aliases_that_multiply_are_refused_quickly() -> None:
    value: Any = ["x"] * 10
    for _ in range(30):
        value = [value] * 10
    assert faults([document(where={**A, "value": value})]) == [("TOO_LARGE", "$[0]")]


def test_a_value_that_contains_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert faults([document(where={**A, "value": loop})])[0][0] == "TOO_DEEP"


def test_a_rule_nested_two_hundred_deep_is_refused() -> None:
    rule: Any = A
    for _ in range(200):
        rule = {"not": rule}
    assert faults([document(where=rule)])[0][0] == "TOO_DEEP"
