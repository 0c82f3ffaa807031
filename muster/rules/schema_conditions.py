"""The schemas of single conditions, one function per kind."""

from __future__ import annotations

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
from muster.rules.schema_parts import ANCHOR, DURATION, Schema, closed, ref


def node_schema() -> Schema:
    """Return the schema of one condition of any kind."""
    kinds = (
        *("all", "any", "not", "count", "attribute", "did", "metric", "sequence"),
        *("segment", "list", "near", "bucket", "facets"),
    )
    return {
        "description": "One condition; a bare list means all of its conditions.",
        "oneOf": [ref("nodes"), *(ref(kind) for kind in kinds)],
    }


def at_least_schema() -> Schema:
    """Return the schema of a count over conditions."""
    count = {
        "op": {"enum": [">=", ">", "=", "<=", "<"], "default": ">="},
        "n": {"type": "integer", "minimum": 0, "maximum": MAX_CONDITIONS + 1},
    }
    return closed(
        {"count": closed(count, "n"), "of": ref("nodes")},
        *("count", "of"),
        about="So many of the conditions are true.",
    )


def attribute_schema() -> Schema:
    """Return the schema of a test on one field: what the value is depends on the operator."""
    operators = {"enum": list(OPERATORS)}
    schema = closed(
        {
            "field": ref("name"),
            "op": operators,
            "operator": {"description": "The same as op.", **operators},
            "value": {"anyOf": [ref("scalar"), ref("scalars"), {"type": "null"}]},
            "value_field": ref("name"),
            "bounds": ref("bounds"),
            "nulls": {"enum": ["exclude", "include"], "default": "exclude"},
            "fold": {"enum": ["none", "case", "case_accent"]},
            "quant": {"enum": ["any", "all", "none"], "default": "any"},
            "window": ref("window"),
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
        "one": ref("scalar"),
        "text": {"type": "string"},
        "pattern": {"type": "string", "maxLength": 500},
        "duration": ref("duration"),
        "many": ref("scalars"),
        "range": {"type": "array", "items": ref("scalar"), "minItems": 2, "maxItems": 2},
    }
    given = {"properties": {"value": forms[takes]}, "required": ["value"]}
    if takes != "one":
        return given
    other = {"required": ["value_field"], "not": {"required": ["value"]}}
    alone = {**given, "not": {"required": ["value_field"]}}
    return {"oneOf": [alone, other]}


def did_schema() -> Schema:
    """Return the schema of an occurrence."""
    length = {"active": "stopped", "gap": "restarted"}
    patterns = {pattern: closed({name: ref("duration")}, name) for name, pattern in length.items()}
    regular = {
        "each": ref("duration"),
        "hit": {"type": "integer", "minimum": 1, "maximum": 366},
        "of": {"type": "integer", "minimum": 1, "maximum": 366},
        "anchor": ANCHOR,
    }
    schema = closed(
        {
            "did": ref("names"),
            "where": ref("node"),
            "window": ref("window"),
            "times": _times(),
            "distinct": {"description": "A field, or day, week, month.", **ref("name")},
            "pattern": {"enum": list(PATTERNS), "default": "plain"},
            **patterns,
            "regular": closed(regular, "each", "hit", "of"),
            "observed": _observed(),
        },
        "did",
        about='Something happened, so often, in a window; times {"op": "=", "n": 0} is "did not".',
    )
    return {**schema, "allOf": _pattern_rules()}


def _pattern_rules() -> list[Schema]:
    """Return what goes with a pattern: its own member, and nothing that counts."""
    rules: list[Schema] = [
        {"if": {"required": [name]}, "then": _with_pattern(name)}
        for name in ("stopped", "restarted", "regular")
    ]
    counted = {"anyOf": [{"required": [name]} for name in ("times", "distinct", "observed")]}
    rules.append({"if": counted, "then": {"properties": {"pattern": {"const": "plain"}}}})
    rules.append({"if": _with_pattern("regular"), "then": {"required": ["regular"]}})
    windowed = {"required": ["window"]}
    rules.append({"if": _with_pattern("regular"), "then": {"not": windowed}})
    return rules


def _with_pattern(name: str) -> Schema:
    return {"properties": {"pattern": {"const": name}}, "required": ["pattern"]}


def _times() -> Schema:
    single = [operator for operator in COUNT_OPERATORS if operator != "between"]
    number = {"type": "integer", "minimum": 0}
    pair = {"type": "array", "items": number, "minItems": 2, "maxItems": 2}
    return {
        "anyOf": [
            number,
            closed({"op": {"enum": single, "default": ">="}, "n": number}, "n"),
            closed({"op": {"const": "between"}, "n": pair}, "op", "n"),
        ]
    }


def _observed() -> Schema:
    shortest = {"anyOf": [{"const": "window"}, ref("duration")]}
    otherwise = {"enum": ["exclude", "include"], "default": "exclude"}
    return {"anyOf": [shortest, closed({"min": shortest, "else": otherwise})]}


def metric_schema() -> Schema:
    """Return the schema of a test on a metric."""
    ad_hoc = {
        "agg": {"enum": list(AGGREGATES)},
        "of": ref("name"),
        "on": ref("names"),
        "where": ref("node"),
        "window": ref("window"),
        "quantile": ref("number"),
        "q": ref("number"),
    }
    operators = {"enum": list(METRIC_OPERATORS)}
    schema = closed(
        {
            "metric": {"anyOf": [ref("name"), closed(ad_hoc, "agg", "on")]},
            "op": operators,
            "operator": {"description": "The same as op.", **operators},
            "value": {"anyOf": [ref("scalar"), ref("scalars")]},
            "bounds": ref("bounds"),
            "where": ref("node"),
            "window": ref("window"),
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


def sequence_schema() -> Schema:
    """Return the schema of events in order."""
    step = {
        "did": ref("names"),
        "where": ref("node"),
        "within": ref("duration"),
        "not_before": ref("duration"),
        "absent": {"type": "boolean", "default": False},
    }
    steps = {
        "type": "array",
        "items": closed(step, "did"),
        "minItems": 2,
        "maxItems": MAX_STEPS,
    }
    return closed(
        {
            "sequence": steps,
            "same": ref("names"),
            "start": {"enum": ["any", "first", "last"], "default": "any"},
            "window": ref("window"),
        },
        "sequence",
        about="Events in order; times count from the last present step.",
    )


def segment_schema() -> Schema:
    """Return the schema of a membership."""
    change = [closed({kind: ref("window")}, kind) for kind in ("entered", "exited")]
    return closed(
        {
            "segment": {"anyOf": [ref("name"), {"type": "integer"}]},
            "in": {"type": "boolean", "default": True},
            "version": {"anyOf": [{"const": "latest"}, {"type": "integer", "minimum": 1}]},
            "freshness": {
                "anyOf": [
                    {"enum": ["same_run", "stored"]},
                    {"type": "string", "pattern": DURATION.replace("^", "^(<=)?", 1)},
                ]
            },
            "changed": {"oneOf": change},
        },
        "segment",
    )


def area_schemas() -> list[Schema]:
    """Return the forms of an area: circle, polygon, named place."""
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
    field = {"field": ref("name")}
    return [
        closed(
            {**field, "lat": latitude, "lon": longitude, "km": km}, *("field", "lat", "lon", "km")
        ),
        closed({**field, "polygon": corners}, "field", "polygon"),
        closed({**field, "place": ref("name")}, "field", "place"),
    ]


def _degrees(limit: int) -> Schema:
    return {"anyOf": [{"type": "number", "minimum": -limit, "maximum": limit}, {"type": "string"}]}


def bucket_schema() -> Schema:
    """Return the schema of a random share."""
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
    return closed({"bucket": closed(members, "salt")}, "bucket", about="A stable random share.")


def facets_schema() -> Schema:
    """Return the schema of the advertiser's form."""
    band = {"type": "string", "pattern": r"^[0-9]{1,3}(-[0-9]{1,3}|\+)$"}
    interests = {
        **{name: ref("texts") for name in ("any", "all", "none")},
        "min_affinity": ref("number"),
        "window": ref("window"),
    }
    members = {
        "age_bands": {"anyOf": [band, {"type": "array", "items": band}]},
        "demographics": {
            "type": "object",
            "additionalProperties": {"anyOf": [ref("scalar"), ref("scalars")]},
        },
        "locations": ref("texts"),
        "interests": {"anyOf": [ref("texts"), closed(interests)]},
    }
    schema = closed(members, about="OR inside a facet, AND between facets.")
    return {**schema, "minProperties": 1}
