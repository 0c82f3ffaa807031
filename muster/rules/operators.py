"""The one registry of operators: what each is called, what it takes, where it fits, how it reads.

Builders list it, the parser checks against it, the sentence is made from it. A test holds that the
reference evaluator and the compiler know every key.
"""

from __future__ import annotations

from dataclasses import dataclass

from muster.base.datamodel import FieldType

TEXTS = frozenset({FieldType.STRING, FieldType.ENUM})
NUMBERS = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.DECIMAL, FieldType.MONEY})
TIMES = frozenset({FieldType.DATE, FieldType.TIMESTAMP})
ORDERED = TEXTS | NUMBERS | TIMES
LISTS = frozenset({FieldType.LIST})
EVERY = ORDERED | LISTS | {FieldType.BOOLEAN, FieldType.GEO}


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator.

    Attributes:
        key: as written in a rule.
        label: as shown in a builder.
        takes: none, one, many, range, text, pattern or duration.
        types: field types it applies to; on a LIST the scalar text operators test its elements.
        sentence: English with ``{value}``; reads after the field's label.
    """

    key: str
    label: str
    takes: str
    types: frozenset[FieldType]
    sentence: str


_ELEMENTS = TEXTS | LISTS

OPERATORS: dict[str, Operator] = {
    entry.key: entry
    for entry in (
        Operator("=", "is", "one", ORDERED | LISTS | {FieldType.BOOLEAN}, "is {value}"),
        Operator("!=", "is not", "one", ORDERED | LISTS | {FieldType.BOOLEAN}, "is not {value}"),
        Operator(">", "more than", "one", NUMBERS | TIMES, "is more than {value}"),
        Operator(">=", "at least", "one", NUMBERS | TIMES, "is at least {value}"),
        Operator("<", "less than", "one", NUMBERS | TIMES, "is less than {value}"),
        Operator("<=", "at most", "one", NUMBERS | TIMES, "is at most {value}"),
        Operator("between", "between", "range", NUMBERS | TIMES, "is between {value}"),
        Operator(
            "in",
            "is one of",
            "many",
            TEXTS | NUMBERS | {FieldType.DATE} | LISTS,
            "is one of {value}",
        ),
        Operator(
            "not_in",
            "is none of",
            "many",
            TEXTS | NUMBERS | {FieldType.DATE} | LISTS,
            "is none of {value}",
        ),
        Operator("contains", "contains", "text", _ELEMENTS, "contains {value}"),
        Operator("not_contains", "does not contain", "text", _ELEMENTS, "does not contain {value}"),
        Operator("starts", "starts with", "text", _ELEMENTS, "starts with {value}"),
        Operator("ends", "ends with", "text", _ELEMENTS, "ends with {value}"),
        Operator("like", "matches (% and _)", "text", _ELEMENTS, "is like {value}"),
        Operator("regex", "matches expression", "pattern", _ELEMENTS, "matches {value}"),
        Operator("exists", "has a value", "none", EVERY, "has a value"),
        Operator("missing", "has no value", "none", EVERY, "has no value"),
        Operator("true", "is yes", "none", frozenset({FieldType.BOOLEAN}), "is yes"),
        Operator("false", "is no", "none", frozenset({FieldType.BOOLEAN}), "is no"),
        Operator("before", "before", "one", TIMES, "is before {value}"),
        Operator("after", "after", "one", TIMES, "is after {value}"),
        Operator("in_last", "in the last", "duration", TIMES, "is in the last {value}"),
        Operator("in_next", "in the next", "duration", TIMES, "is in the next {value}"),
        Operator("older_than", "longer ago than", "duration", TIMES, "is more than {value} ago"),
        Operator(
            "anniversary_in",
            "anniversary in the next",
            "duration",
            TIMES,
            "has its anniversary in the next {value}",
        ),
        Operator("has_any", "has any of", "many", LISTS, "has any of {value}"),
        Operator("has_all", "has all of", "many", LISTS, "has all of {value}"),
        Operator("has_none", "has none of", "many", LISTS, "has none of {value}"),
    )
}

METRIC_OPERATORS = ("=", "!=", ">", ">=", "<", "<=", "between", "in", "not_in", "before", "after")
COUNT_OPERATORS = ("=", "!=", ">", ">=", "<", "<=", "between")
AGGREGATES = (
    "count",
    "sum",
    "avg",
    "min",
    "max",
    "first",
    "last",
    "mode",
    "distinct",
    "percentile",
    "recency",
)
DISTINCT_UNITS = ("day", "week", "month")
