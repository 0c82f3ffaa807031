"""Pieces of the published schema: references, closed objects, scalars, windows."""

from __future__ import annotations

from typing import Any

from muster.rules.reader import MAX_LETTERS, MAX_VALUES
from muster.rules.windows import CALENDAR_ALIASES, CALENDAR_PERIODS

Schema = dict[str, Any]

DURATION = (
    r"^P(?=[0-9T])([0-9]{1,4}Y)?([0-9]{1,4}M)?([0-9]{1,4}W)?([0-9]{1,5}D)?"
    r"(T(?=[0-9])([0-9]{1,6}H)?([0-9]{1,6}M)?([0-9]{1,8}S)?)?$"
)
MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}.*)?$"
ANCHOR: Schema = {"enum": ["rolling", "calendar_day"], "default": "rolling"}


def ref(name: str) -> Schema:
    """Refer to a definition of the same schema."""
    return {"$ref": f"#/$defs/{name}"}


def closed(properties: Schema, *required: str, about: str = "") -> Schema:
    """Return an object that has the required members, and no others than these."""
    schema: Schema = {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
    return {"description": about, **schema} if about else schema


def nullable(schema: Schema) -> Schema:
    """Allow null beside something."""
    return {"anyOf": [schema, {"type": "null"}]}


def scalar_schemas() -> Schema:
    """Return the definitions of names, values, numbers, durations, moments."""
    text = {"type": "string", "minLength": 1, "maxLength": 1000}
    return {
        "name": {"type": "string", "minLength": 1, "maxLength": 130},
        "names": {"anyOf": [ref("text"), {"type": "array", "items": text, "minItems": 1}]},
        "text": text,
        "texts": {"anyOf": [ref("text"), {"type": "array", "items": text}]},
        "scalar": {
            "anyOf": [
                {"type": "string", "maxLength": MAX_LETTERS},
                {"type": ["number", "boolean"]},
            ]
        },
        "scalars": {"type": "array", "items": ref("scalar"), "maxItems": MAX_VALUES},
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
            "pattern": DURATION,
        },
        "moment": {
            "description": "A local day, or a date-time (local unless it names an offset).",
            "type": "string",
            "pattern": MOMENT,
        },
        "bounds": {"enum": ["[]", "[)", "(]", "()"], "default": "[]"},
    }


def window_schemas() -> list[Schema]:
    """Return the forms of a window."""
    pair = {"type": "array", "items": ref("duration"), "minItems": 2, "maxItems": 2}
    ends = closed({"from": ref("moment"), "to": ref("moment")}, about="[from, to)")
    periods = [*CALENDAR_PERIODS, *CALENDAR_ALIASES]
    return [
        {"const": "all_time"},
        closed({"last": ref("duration"), "anchor": ANCHOR}, "last"),
        closed({"ago": pair, "anchor": ANCHOR}, "ago"),
        {**ends, "minProperties": 1},
        closed({"calendar": {"enum": periods}}, "calendar"),
    ]
