"""The rule language as JSON Schema (2020-12), for editors and other programs.

Built from the same registries as the parser. It describes the form of a rule; whether names exist
and values fit their fields only a data model can tell. `write_schema` publishes it in docs/.
"""

from __future__ import annotations

from pathlib import Path

from muster.base.json_value import dumps
from muster.rules.schedule import NICKNAMES
from muster.rules.schema_conditions import (
    area_schemas,
    at_least_schema,
    attribute_schema,
    bucket_schema,
    did_schema,
    facets_schema,
    metric_schema,
    node_schema,
    segment_schema,
    sequence_schema,
)
from muster.rules.schema_parts import (
    Schema,
    closed,
    nullable,
    ref,
    scalar_schemas,
    window_schemas,
)

PUBLISHED = Path("docs/reference/rule.schema.json")
SCHEMA_ID = "urn:muster:rule:1"


def rule_schema() -> Schema:
    """Return the schema of one rule; ``#/$defs/document`` and ``#/$defs/rules_file`` are files'."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "Muster rule",
        "description": "Who belongs to an audience: a condition, or a condition with what is "
        "around it (universe, limit, exclusions, dates).",
        "anyOf": [ref("definition"), ref("node")],
        "$defs": {
            "definition": _definition(),
            "document": _document(),
            "rules_file": _rules_file(),
            "node": node_schema(),
            "all": closed({"all": ref("nodes")}, "all", about="Every condition is true."),
            "any": closed({"any": ref("nodes")}, "any", about="At least one is true."),
            "not": closed({"not": ref("node")}, "not", about="The condition is false."),
            "count": at_least_schema(),
            "nodes": {"type": "array", "items": ref("node"), "minItems": 1},
            "attribute": attribute_schema(),
            "did": did_schema(),
            "metric": metric_schema(),
            "sequence": sequence_schema(),
            "segment": segment_schema(),
            "list": closed({"list": ref("name"), "in": {"type": "boolean"}}, "list"),
            "near": closed({"near": {"oneOf": area_schemas()}}, "near"),
            "bucket": bucket_schema(),
            "facets": facets_schema(),
            **scalar_schemas(),
            "window": {"oneOf": window_schemas()},
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


def _definition_members() -> Schema:
    member = {"oneOf": [ref("segment"), ref("list")], "properties": {"in": {"const": True}}}
    limit = {
        "n": {"type": "integer", "minimum": 1},
        "rank_by": ref("name"),
        "dir": {"enum": ["desc", "asc"], "default": "desc"},
        "ties": {"enum": ["user_key", "entity_key"]},
    }
    return {
        "v": {"const": 1},
        "key": {},
        "subject": {},
        "as_of": {"const": "run"},
        "where": ref("node"),
        "conditions": {
            "description": "The same as where.",
            "anyOf": [ref("node"), {"type": "null"}, {"const": []}],
        },
        "universe": {"anyOf": [ref("name"), ref("node"), {"type": "null"}]},
        "tz": {"type": ["string", "null"], "description": "IANA zone, e.g. Asia/Kolkata."},
        "limit": nullable(closed(limit, "n", "rank_by")),
        "exclude": {"type": ["array", "null"], "items": member},
        "ttl": nullable(ref("duration")),
        "start_date": nullable(ref("moment")),
        "end_date": nullable(ref("moment")),
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


def _needs_condition() -> Schema:
    return {"anyOf": [{"required": [name]} for name in ("where", "conditions", "depends_on")]}


def _definition() -> Schema:
    return {**closed(_definition_members()), **_needs_condition()}


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
    schema = closed({**own, **_definition_members()})
    return {**schema, "allOf": [named, _needs_condition()]}


def _rules_file() -> Schema:
    documents = {"type": "array", "items": ref("document")}
    return {"anyOf": [documents, closed({"rules": documents}, "rules")]}
