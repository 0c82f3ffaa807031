"""The rule language as JSON Schema (2020-12), for editors and other programs.

Built from the same registries as the parser. It describes the form of a rule; whether names exist
and values fit their fields only a data model can tell. `write_schema` publishes it in docs/.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from muster.base.json_value import dumps
from muster.rules.operators import (
    AGGREGATES,
    COUNT_OPERATORS,
    METRIC_OPERATORS,
    OPERATORS,
    Operator,
)
from muster.rules.parse import MAX_CONDITIONS
from muster.rules.read_events import MAX_STEPS, PATTERNS
from muster.rules.read_places import MAX_CORNERS
from muster.rules.reader import MAX_LETTERS, MAX_VALUES
from muster.rules.schedule import NICKNAMES
from muster.rules.windows import CALENDAR_ALIASES, CALENDAR_PERIODS

PUBLISHED = Path("docs/reference/rule.schema.json")
SCHEMA_ID = "https://muster.dev/schema/rule.schema.json"
Schema = dict[str, Any]

_DURATION = (
    r"^P(?=[0-9T])([0-9]{1,4}Y)?([0-9]{1,4}M)?([0-9]{1,4}W)?([0-9]{1,5}D)?"
    r"(T(?=[0-9])([0-9]{1,6}H)?([0-9]{1,6}M)?([0-9]{1,8}S)?)?$"
)
_MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}.*)?$"
_ANCHOR: Schema = {"enum": ["rolling", "calendar_day"], "default": "rolling"}


def rule_schema() -> Schema:
    """Return the schema of one rule; ``#/$defs/document`` and ``#/$defs/rules_file`` are files'."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "Muster rule",
        "description": "Who belongs to an audience: a condition, or a condition with what is "
        "around it (universe, limit, exclusions, dates).",
        "anyOf": [_ref("definition"), _ref("node")],
        "$defs": {
            "definition": _definition(),
            "document": _document(),
            "rules_file": _rules_file(),
            "node": _node(),
            "all": _object({"all": _ref("nodes")}, "all", about="Every condition is true."),
            "any": _object({"any": _ref("nodes")}, "any", about="At least one is true."),
            "not": _object({"not": _ref("node")}, "not", about="The condition is false."),
            "count": _at_least(),
            "nodes": {"type": "array", "items": _ref("node"), "minItems": 1},
            "attribute": _attribute(),
            "did": _did(),
            "metric": _metric(),
            "sequence": _sequence(),
            "segment": _segment(),
            "list": _object({"list": _ref("name"), "in": {"type": "boolean"}}, "list"),
            "near": _object({"near": {"oneOf": _areas()}}, "near"),
            "bucket": _bucket(),
            "facets": _facets(),
            **_scalars(),
            "window": {"oneOf": _windows()},
        },
    }


def schema_text() -> str:
    """Return the schema as it is published."""
    return dumps(rule_schema(), indent=2) + "\n"


def write_schema(folder: Path) -> Path:
    """Write the schema below a checkout of the repository and return the file."""
    target = folder / PUBLISHED
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(schema_text(), encoding="utf-8")
    return target


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _object(properties: Schema, *required: str, about: str = "") -> Schema:
    """Return an object that has the required members, and no others than these."""
    schema: Schema = {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
    return {"description": about, **schema} if about else schema


def _scalars() -> Schema:
    text = {"type": "string", "minLength": 1, "maxLength": 1000}
    return {
        "name": {"type": "string", "minLength": 1, "maxLength": 130},
        "names": {"anyOf": [_ref("text"), {"type": "array", "items": text, "minItems": 1}]},
        "text": text,
        "texts": {"anyOf": [_ref("text"), {"type": "array", "items": text}]},
        "scalar": {
            "anyOf": [
                {"type": "string", "maxLength": MAX_LETTERS},
                {"type": ["number", "boolean"]},
            ]
        },
        "scalars": {"type": "array", "items": _ref("scalar"), "maxItems": MAX_VALUES},
        "number": {
            "description": "A number, or its decimal text (exact, as amounts of money are).",
            "anyOf": [
                {"type": "number"},
                {"type": "string", "pattern": r"^[-+]?[0-9]*\.?[0-9]*([eE][-+]?[0-9]+)?$"},
            ],
        },
        "duration": {
            "description": "A length of time in ISO 8601, e.g. P30D, P1M, PT12H.",
            "type": "string",
            "pattern": _DURATION,
        },
        "moment": {
            "description": "A local day, or a date-time (local unless it names an offset).",
            "type": "string",
            "pattern": _MOMENT,
        },
        "bounds": {"enum": ["[]", "[)", "(]", "()"], "default": "[]"},
    }


# -- around the condition --------------------------------------------------------------------------


def _definition_members() -> Schema:
    member = {"oneOf": [_ref("segment"), _ref("list")]}
    limit = {
        "n": {"type": "integer", "minimum": 1},
        "rank_by": _ref("name"),
        "dir": {"enum": ["desc", "asc"], "default": "desc"},
        "ties": {"enum": ["user_key", "entity_key"]},
    }
    return {
        "v": {"const": 1},
        "key": {},
        "subject": {},
        "as_of": {"const": "run"},
        "where": _ref("node"),
        "conditions": {
            "description": "The same as where.",
            "anyOf": [_ref("node"), {"type": "null"}, {"const": []}],
        },
        "universe": {"anyOf": [_ref("name"), _ref("node"), {"type": "null"}]},
        "tz": {"type": ["string", "null"], "description": "IANA zone, e.g. Asia/Kolkata."},
        "limit": _nullable(_object(limit, "n", "rank_by")),
        "exclude": {"type": ["array", "null"], "items": member},
        "ttl": _nullable(_ref("duration")),
        "start_date": _nullable(_ref("moment")),
        "end_date": _nullable(_ref("moment")),
        "depends_on": {
            "description": "Names or ids of the rules to combine.",
            "anyOf": [
                {"type": ["string", "integer", "null"]},
                {"type": "array", "items": {"type": ["string", "integer"]}},
            ],
        },
        "operation": {"enum": [*_operations(), None]},
    }


def _operations() -> list[str]:
    upper = ("INTERSECTION", "UNION", "DIFFERENCE")
    return [*upper, *(word.lower() for word in upper)]


def _nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _needs_condition() -> Schema:
    return {"anyOf": [{"required": [name]} for name in ("where", "conditions", "depends_on")]}


def _definition() -> Schema:
    return {**_object(_definition_members()), **_needs_condition()}


def _document() -> Schema:
    own = {
        "name": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,62}$"},
        "rule_name": {"type": "string", "minLength": 1, "maxLength": 200},
        "title": {"type": ["string", "null"], "minLength": 1, "maxLength": 200},
        "description": {"type": ["string", "null"], "maxLength": 10_000},
        "tags": {
            "type": ["array", "null"],
            "items": {"type": "string", "minLength": 1, "maxLength": 50},
        },
        "schedule": {
            "description": f"Five cron fields, or one of {', '.join(NICKNAMES)}.",
            "type": ["string", "null"],
            "pattern": f"^({'|'.join(NICKNAMES)}|([^ @]+ +){{4}}[^ ]+|)$",
        },
    }
    named = {"anyOf": [{"required": ["name"]}, {"required": ["rule_name"]}]}
    schema = _object({**own, **_definition_members()})
    return {**schema, "allOf": [named, _needs_condition()]}


def _rules_file() -> Schema:
    documents = {"type": "array", "items": _ref("document")}
    return {"anyOf": [documents, _object({"rules": documents}, "rules")]}


# -- conditions ------------------------------------------------------------------------------------


def _node() -> Schema:
    kinds = (
        *("all", "any", "not", "count", "attribute", "did", "metric", "sequence"),
        *("segment", "list", "near", "bucket", "facets"),
    )
    return {
        "description": "One condition; a bare list means all of its conditions.",
        "oneOf": [_ref("nodes"), *(_ref(kind) for kind in kinds)],
    }


def _at_least() -> Schema:
    count = {
        "op": {"enum": [">=", ">", "=", "<=", "<"], "default": ">="},
        "n": {"type": "integer", "minimum": 0, "maximum": MAX_CONDITIONS + 1},
    }
    return _object(
        {"count": _object(count, "n"), "of": _ref("nodes")},
        *("count", "of"),
        about="So many of the conditions are true.",
    )


def _attribute() -> Schema:
    """Return the schema of a test on one field: what the value is depends on the operator."""
    operators = {"enum": list(OPERATORS)}
    schema = _object(
        {
            "field": _ref("name"),
            "op": operators,
            "operator": {"description": "The same as op.", **operators},
            "value": {"anyOf": [_ref("scalar"), _ref("scalars"), {"type": "null"}]},
            "value_field": _ref("name"),
            "bounds": _ref("bounds"),
            "nulls": {"enum": ["exclude", "include"], "default": "exclude"},
            "fold": {"enum": ["none", "case", "case_accent"]},
            "quant": {"enum": ["any", "all", "none"], "default": "any"},
            "window": _ref("window"),
        },
        "field",
    )
    one_operator = {"oneOf": [{"required": ["op"]}, {"required": ["operator"]}]}
    return {**schema, "allOf": [one_operator, *_operands()]}


def _operands() -> list[Schema]:
    """Return, for each kind of operand, what follows from an operator of that kind."""
    kinds: dict[str, list[Operator]] = {}
    for operator in OPERATORS.values():
        kinds.setdefault(operator.takes, []).append(operator)
    return [
        {
            "if": {
                "anyOf": [
                    {
                        "properties": {name: {"enum": [entry.key for entry in entries]}},
                        "required": [name],
                    }
                    for name in ("op", "operator")
                ]
            },
            "then": _operand(takes),
        }
        for takes, entries in kinds.items()
    ]


def _operand(takes: str) -> Schema:
    if takes == "none":
        return {"not": {"anyOf": [{"required": ["value"]}, {"required": ["value_field"]}]}}
    forms: dict[str, Schema] = {
        "one": _ref("scalar"),
        "text": {"type": "string"},
        "pattern": {"type": "string", "maxLength": 500},
        "duration": _ref("duration"),
        "many": _ref("scalars"),
        "range": {"type": "array", "items": _ref("scalar"), "minItems": 2, "maxItems": 2},
    }
    given = {"properties": {"value": forms[takes]}, "required": ["value"]}
    if takes != "one":
        return given
    other = {"required": ["value_field"], "not": {"required": ["value"]}}
    alone = {**given, "not": {"required": ["value_field"]}}
    return {"oneOf": [alone, other]}


def _did() -> Schema:
    length = {"active": "stopped", "gap": "restarted"}
    patterns = {
        pattern: _object({name: _ref("duration")}, name) for name, pattern in length.items()
    }
    regular = {
        "each": _ref("duration"),
        "hit": {"type": "integer", "minimum": 1, "maximum": 366},
        "of": {"type": "integer", "minimum": 1, "maximum": 366},
        "anchor": _ANCHOR,
    }
    return _object(
        {
            "did": _ref("names"),
            "where": _ref("node"),
            "window": _ref("window"),
            "times": _times(),
            "distinct": {"description": "A field, or day, week, month.", **_ref("name")},
            "pattern": {"enum": list(PATTERNS), "default": "plain"},
            **patterns,
            "regular": _object(regular, "each", "hit", "of"),
            "observed": _observed(),
        },
        "did",
        about='Something happened, so often, in a window; times {"op": "=", "n": 0} is "did not".',
    )


def _times() -> Schema:
    single = [operator for operator in COUNT_OPERATORS if operator != "between"]
    number = {"type": "integer", "minimum": 0}
    pair = {"type": "array", "items": number, "minItems": 2, "maxItems": 2}
    return {
        "anyOf": [
            number,
            _object({"op": {"enum": single, "default": ">="}, "n": number}, "n"),
            _object({"op": {"const": "between"}, "n": pair}, "op", "n"),
        ]
    }


def _observed() -> Schema:
    shortest = {"anyOf": [{"const": "window"}, _ref("duration")]}
    otherwise = {"enum": ["exclude", "include"], "default": "exclude"}
    return {"anyOf": [shortest, _object({"min": shortest, "else": otherwise})]}


def _metric() -> Schema:
    ad_hoc = {
        "agg": {"enum": list(AGGREGATES)},
        "of": _ref("name"),
        "on": _ref("names"),
        "where": _ref("node"),
        "window": _ref("window"),
        "quantile": _ref("number"),
        "q": _ref("number"),
    }
    operators = {"enum": list(METRIC_OPERATORS)}
    schema = _object(
        {
            "metric": {"anyOf": [_ref("name"), _object(ad_hoc, "agg", "on")]},
            "op": operators,
            "operator": {"description": "The same as op.", **operators},
            "value": {"anyOf": [_ref("scalar"), _ref("scalars")]},
            "bounds": _ref("bounds"),
            "where": _ref("node"),
            "window": _ref("window"),
            "empty": {"enum": ["zero", "unknown"]},
            "rank": {"enum": ["value", "percentile", "top_n"], "default": "value"},
        },
        *("metric", "value"),
        about="A number computed from events, by name or spelled out.",
    )
    ranked = {"properties": {"rank": {"const": "top_n"}}, "required": ["rank"]}
    has_operator = [{"required": ["op"]}, {"required": ["operator"]}]
    no_operator = {"not": {"anyOf": has_operator}}
    return {**schema, "anyOf": [{"oneOf": has_operator}, {**ranked, **no_operator}]}


def _sequence() -> Schema:
    step = {
        "did": _ref("names"),
        "where": _ref("node"),
        "within": _ref("duration"),
        "not_before": _ref("duration"),
        "absent": {"type": "boolean", "default": False},
    }
    steps = {
        "type": "array",
        "items": _object(step, "did"),
        "minItems": 2,
        "maxItems": MAX_STEPS,
    }
    return _object(
        {
            "sequence": steps,
            "same": _ref("names"),
            "start": {"enum": ["any", "first", "last"], "default": "any"},
            "window": _ref("window"),
        },
        "sequence",
        about="Events in order; times count from the last present step.",
    )


def _segment() -> Schema:
    change = [_object({kind: _ref("window")}, kind) for kind in ("entered", "exited")]
    return _object(
        {
            "segment": {"anyOf": [_ref("name"), {"type": "integer"}]},
            "in": {"type": "boolean", "default": True},
            "version": {"anyOf": [{"const": "latest"}, {"type": "integer", "minimum": 1}]},
            "freshness": {
                "anyOf": [
                    {"enum": ["same_run", "stored"]},
                    {"type": "string", "pattern": _DURATION.replace("^", "^(<=)?", 1)},
                ]
            },
            "changed": {"oneOf": change},
        },
        "segment",
    )


def _areas() -> list[Schema]:
    latitude, longitude = _degrees(90), _degrees(180)
    km: Schema = {
        "anyOf": [{"type": "number", "exclusiveMinimum": 0, "maximum": 20_040}, {"type": "string"}]
    }
    corner = {
        "type": "array",
        "prefixItems": [latitude, longitude],
        "minItems": 2,
        "maxItems": 2,
    }
    corners = {"type": "array", "items": corner, "minItems": 3, "maxItems": MAX_CORNERS}
    field = {"field": _ref("name")}
    return [
        _object(
            {**field, "lat": latitude, "lon": longitude, "km": km}, *("field", "lat", "lon", "km")
        ),
        _object({**field, "polygon": corners}, "field", "polygon"),
        _object({**field, "place": _ref("name")}, "field", "place"),
    ]


def _degrees(limit: int) -> Schema:
    return {"anyOf": [{"type": "number", "minimum": -limit, "maximum": limit}, {"type": "string"}]}


def _bucket() -> Schema:
    share = {
        "anyOf": [
            {"type": "number", "minimum": 0, "maximum": 1},
            {"type": "string", "pattern": r"^[01]?\.?[0-9]*$"},
        ]
    }
    members = {
        "salt": {"type": "string", "minLength": 1, "maxLength": 100},
        "from": share,
        "to": share,
    }
    return _object({"bucket": _object(members, "salt")}, "bucket", about="A stable random share.")


def _facets() -> Schema:
    band = {"type": "string", "pattern": r"^[0-9]{1,3}(-[0-9]{1,3}|\+)$"}
    interests = {
        **{name: _ref("texts") for name in ("any", "all", "none")},
        "min_affinity": _ref("number"),
        "window": _ref("window"),
    }
    members = {
        "age_bands": {"anyOf": [band, {"type": "array", "items": band}]},
        "demographics": {
            "type": "object",
            "additionalProperties": {"anyOf": [_ref("scalar"), _ref("scalars")]},
        },
        "locations": _ref("texts"),
        "interests": {"anyOf": [_ref("texts"), _object(interests)]},
    }
    schema = _object(members, about="OR inside a facet, AND between facets.")
    return {**schema, "minProperties": 1}


def _windows() -> list[Schema]:
    pair = {"type": "array", "items": _ref("duration"), "minItems": 2, "maxItems": 2}
    ends = _object({"from": _ref("moment"), "to": _ref("moment")}, about="[from, to)")
    periods = [*CALENDAR_PERIODS, *CALENDAR_ALIASES]
    return [
        {"const": "all_time"},
        _object({"last": _ref("duration"), "anchor": _ANCHOR}, "last"),
        _object({"ago": pair, "anchor": _ANCHOR}, "ago"),
        {**ends, "minProperties": 1},
        _object({"calendar": {"enum": periods}}, "calendar"),
    ]
