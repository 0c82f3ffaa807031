"""The published schema takes what the parser takes, and refuses what is malformed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from muster.base import json_value
from muster.model.yaml_text import read_yaml
from muster.rules.dump import dump_definition, dump_node
from muster.rules.operators import AGGREGATES, OPERATORS
from muster.rules.parse import parse_definition
from muster.rules.schema import PUBLISHED, rule_schema, schema_text, write_schema
from muster.rules.windows import CALENDAR_PERIODS
from tests.rules.test_document import AUDIENCE_MANAGER
from tests.rules.test_fingerprint import BASE, EDITS, LEAVES
from tests.rules.test_parse import COMBINATIONS, DATES, JA, NODES, WINDOWS
from tests.rules.test_parse_faults import FAULTS

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = rule_schema()


def validator(definition: str | None = None) -> Draft202012Validator:
    if definition is None:
        return Draft202012Validator(SCHEMA)
    chosen = {name: part for name, part in SCHEMA.items() if name not in ("anyOf", "$id")}
    return Draft202012Validator({**chosen, "$ref": f"#/$defs/{definition}"})


def is_valid(value: Any, definition: str | None = None) -> bool:
    # As another program sees it: plain JSON numbers.
    plain = json.loads(json_value.dumps(value))
    return validator(definition).is_valid(plain)


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_published_file_is_fresh(tmp_path: Path) -> None:
    """Mend with `muster.rules.schema.write_schema`."""
    assert (ROOT / PUBLISHED).read_text(encoding="utf-8") == schema_text()
    written = write_schema(tmp_path)
    assert written == tmp_path / PUBLISHED
    assert json.loads(written.read_text(encoding="utf-8")) == SCHEMA


def json_only(value: Any) -> bool:
    try:
        json_value.dumps(value)
    except TypeError:
        return False
    return True


VALID = [
    *(written for written, _ in NODES if json_only(written)),
    *({"did": "card", "window": written} for written, _ in WINDOWS),
    *({"where": JA, **dates} for dates, _ in DATES),
    *(written for written, _ in COMBINATIONS),
    *(leaf for leaf, _ in LEAVES),
    *({name: value for name, value in edit.items() if value is not None} for _, edit in EDITS),
    BASE,
    {"where": JA, "universe": {"segment": "x"}, "limit": None, "exclude": None},
]


@pytest.mark.parametrize("rule", VALID, ids=str)
def test_what_the_parser_takes_is_valid(rule: Any) -> None:
    parse_definition(rule)
    assert is_valid(rule)


@pytest.mark.parametrize("node", [node for _, node in NODES], ids=str)
def test_what_is_written_is_valid(node: Any) -> None:
    assert is_valid(dump_node(node), "node")


def test_a_whole_definition_that_is_written_is_valid() -> None:
    assert is_valid(dump_definition(parse_definition(BASE)), "definition")


# What only arithmetic can tell: which end comes first, how deep, how many in all.
BEYOND = {
    "EMPTY_WINDOW",
    "TOO_LARGE",
    "TOO_DEEP",
    "EMPTY_GROUP",
    "BAD_DATE",
    "BAD_DURATION",
    "BAD_BUCKET",
    "BAD_AGE_BAND",
    "BAD_SEQUENCE",
    "BAD_TEXT",
    "BAD_NUMBER",
    "BAD_TIMES",
    "BAD_WINDOW",
    "AMBIGUOUS",
    "UNWANTED_VALUE",
    "MISSING",
    "MISSING_VALUE",
    "BAD_FACET",
}
STRUCTURAL = [rule for rule, code, _ in FAULTS if code not in BEYOND and json_only(rule)]


def test_most_kinds_of_fault_are_structural() -> None:
    assert len(STRUCTURAL) > 60


@pytest.mark.parametrize("rule", STRUCTURAL, ids=lambda rule: str(rule)[:60])
def test_a_malformed_rule_is_invalid(rule: Any) -> None:
    assert not is_valid(rule)


INVALID: list[Any] = [
    *(None, 5, "x", {}, [], [[]], {"where": []}, {"all": []}, {"any": {}}, {"not": []}),
    {"field": "a"},
    {"field": "a", "op": "="},
    {"field": "a", "op": "=", "operator": "=", "value": 1},
    {"field": "a", "op": "exists", "value": 1},
    {"field": "a", "op": "in", "value": 1},
    {"field": "a", "op": "between", "value": [1]},
    {"field": "a", "op": "in_last", "value": "30 days"},
    {"field": "a", "op": "regex", "value": 5},
    {"field": "a", "op": "=", "value": 1, "value_field": "b"},
    {"field": "a", "op": "=", "value": [[1]]},
    {"did": "a", "window": {"last": "P0"}},
    {"did": "a", "window": {"last": "P"}},
    {"did": "a", "window": {"last": "PT"}},
    {"did": "a", "window": {}},
    {"did": "a", "window": {"last": "P1D", "from": "2025-01-01"}},
    {"did": "a", "window": {"from": "1 May"}},
    {"did": "a", "times": {"op": "between", "n": 1}},
    {"did": "a", "times": {"op": ">=", "n": [1, 2]}},
    {"metric": "m", "op": ">"},
    {"metric": "m", "value": 1},
    {"metric": {"agg": "sum"}, "op": ">", "value": 1},
    {"metric": "m", "op": "contains", "value": "x"},
    {"sequence": [{"did": "a"}]},
    {"segment": "a", "list": "b"},
    {"near": {"field": "h", "lat": 1, "lon": 2}},
    {"near": {"field": "h", "lat": 91, "lon": 2, "km": 1}},
    {"near": {"field": "h", "place": "x", "km": 1}},
    {"bucket": {"salt": "x", "to": 50}},
    {"age_bands": ["young"]},
    {"where": JA, "limit": {"n": 0, "rank_by": "m"}},
    {"where": JA, "exclude": [JA]},
    {"where": JA, "v": 2},
    {"where": JA, "foo": 1},
]


@pytest.mark.parametrize("rule", INVALID, ids=str)
def test_what_nobody_can_mean_is_invalid(rule: Any) -> None:
    assert not is_valid(rule)


def test_it_knows_the_registries() -> None:
    text = schema_text()
    for word in (*OPERATORS, *AGGREGATES, *CALENDAR_PERIODS):
        assert f'"{word}"' in text


FILES = sorted((ROOT / "muster" / "examples").glob("*/rules.yml")) + sorted(
    (ROOT / "examples").glob("*/*/rules.yml")
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_the_examples_are_valid(path: Path) -> None:
    value, problems = read_yaml(path.read_text(encoding="utf-8"))
    assert not problems
    assert is_valid(value, "rules_file")
    assert is_valid({"rules": value}, "rules_file")


def test_there_are_examples() -> None:
    assert len(FILES) >= 3


DOCUMENT = {"name": "vip", "where": [JA]}
DOCUMENTS: list[tuple[Any, bool]] = [
    (DOCUMENT, True),
    (AUDIENCE_MANAGER, True),
    ({**DOCUMENT, "schedule": "@daily", "tags": ["a"], "title": "x", "description": ""}, True),
    ({**DOCUMENT, "schedule": "0 5 1,15 * mon-fri"}, True),
    ({**DOCUMENT, "schedule": None, "tags": None}, True),
    ({**DOCUMENT, "schedule": "@often"}, False),
    ({**DOCUMENT, "schedule": "daily"}, False),
    ({**DOCUMENT, "name": "Vip"}, False),
    ({"where": [JA]}, False),
    ({"name": "vip"}, False),
    ({**DOCUMENT, "tags": "a"}, False),
    ({**DOCUMENT, "owner": "me"}, False),
    ({"name": "vip", **JA}, False),
]


@pytest.mark.parametrize(("document", "valid"), DOCUMENTS, ids=str)
def test_documents_have_a_schema_too(document: Any, valid: bool) -> None:
    assert is_valid(document, "document") is valid
    assert is_valid([document], "rules_file") is valid
