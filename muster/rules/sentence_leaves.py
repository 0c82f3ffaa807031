"""Single conditions in words: tests on a field, areas, members, buckets."""

from __future__ import annotations

from datetime import date
from typing import Any

from muster.base.datamodel import Field, FieldType, Fold
from muster.rules.duration import Duration
from muster.rules.nodes import Bucket, Member
from muster.rules.operators import OPERATORS, TIMES
from muster.rules.resolved import Circle, InArea, Range, Test
from muster.rules.sentence_words import Words, enumerate_words, label_of, quoted

# Core operators that are written with a sign in rules; the others keep their key.
SIGNS = {"eq": "=", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_TIMES = {"eq": "is exactly", "ne": "is not exactly", "lt": "is before", "gt": "is after"}
_QUANTIFIERS = {"any": "any of", "all": "every one of", "none": "none of"}
_FOLDS = {
    Fold.NONE: " (case matters)",
    Fold.CASE: " (ignoring case)",
    Fold.CASE_ACCENT: " (ignoring case and accents)",
}
_MAX_CORNERS = 6


def field_sentence(words: Words, test: Test) -> str:
    """Say a test on one field."""
    label = label_of(test.field)
    whole = test.op.startswith("has_") or test.op in ("exists", "missing")
    if test.field.type is FieldType.LIST and not whole:
        label = f"{_QUANTIFIERS[test.quantifier]} {label}"
    if test.op == "age":
        label = f"age by {label}"
    fold = "" if test.fold is test.field.fold else _FOLDS[test.fold]
    nulls = " or has no value" if test.nulls_included else ""
    return f"{label} {phrase(words, test)}{fold}{nulls}"


def phrase(words: Words, test: Test) -> str:
    """Say what a test asks of its field, e.g. ``is at least 3``."""
    operand = test.operand
    if isinstance(operand, Range):
        return _range(words, test, operand)
    if test.field.type in TIMES and test.op in SIGNS:
        return _time(words, test, operand)
    if isinstance(operand, bool) and test.op == "eq":
        return f"is {words.value(test.field, operand)}"
    op = test.op
    if isinstance(operand, tuple) and len(operand) == 1 and op in ("in", "not_in"):
        op, operand = ("eq" if op == "in" else "ne"), operand[0]
    template = OPERATORS[SIGNS.get(op, op)].sentence
    return template.replace("{value}", _operand(words, test, operand))


def _operand(words: Words, test: Test, operand: Any) -> str:
    if operand is None:
        return ""
    if isinstance(operand, Field):
        return label_of(operand)
    if isinstance(operand, Duration):
        return operand.words()
    if isinstance(operand, tuple):
        return words.values(test.field, operand, "and" if test.op == "has_all" else "or")
    if test.op in ("contains", "not_contains", "starts", "ends", "like", "regex"):
        return quoted(operand)
    return words.value(test.field, operand)


def _time(words: Words, test: Test, operand: Any) -> str:
    """Say a comparison of times; "before" and "on or after" a midnight speak of the day."""
    if isinstance(operand, Field):
        after = {"le": "is at or before", "ge": "is at or after"}
        return f"{(_TIMES | after)[test.op]} {label_of(operand)}"
    days = test.field.type is FieldType.DATE or (
        test.op in ("lt", "ge") and words.starts_day(operand)
    )
    at = "on" if days else "at"
    verbs = _TIMES | {"le": f"is {at} or before", "ge": f"is {at} or after"}
    if test.field.type is FieldType.DATE:
        verbs |= {"eq": "is", "ne": "is not"}
    shown = words.value(test.field, words.local_day(operand) if days else operand)
    return f"{verbs[test.op]} {shown}"


def _range(words: Words, test: Test, span: Range) -> str:
    verb = "is not" if test.op == "outside" else "is"
    low, high = span.low, span.high
    if isinstance(low, date) and isinstance(high, date):
        return f"{verb} {words.span(low, high)}"
    if low == high:
        return f"{verb} {words.value(test.field, low)}"
    if low is not None and high is not None and span.low_included and span.high_included:
        both = f"{words.value(test.field, low)} and {words.value(test.field, high)}"
        return f"{verb} between {both}"
    ends = []
    if low is not None:
        least = "at least" if span.low_included else "more than"
        ends.append(f"{least} {words.value(test.field, low)}")
    if high is not None:
        most = "at most" if span.high_included else "less than"
        ends.append(f"{most} {words.value(test.field, high)}")
    return f"{verb} {' and '.join(ends)}"


def area_sentence(words: Words, node: InArea) -> str:
    """Say where a point is wanted."""
    label, area = label_of(node.field), node.area
    if not isinstance(area, Circle):
        corners = [f"({latitude}, {longitude})" for latitude, longitude in area.corners]
        shown = corners[:_MAX_CORNERS]
        if len(corners) > _MAX_CORNERS:
            shown.append(f"{len(corners) - _MAX_CORNERS} more corners")
        return f"{label} is inside the area with the corners {enumerate_words(shown, 'and')}"
    centre = f"({area.latitude}, {area.longitude})"
    for place in words.model.places.values():
        if (place.latitude, place.longitude, place.km) == (area.latitude, area.longitude, area.km):
            centre = f"{quoted(place.name)} {centre}"
            break
    return f"{label} is within {area.km:g} km of {centre}"


def member_sentence(words: Words, node: Member) -> str:
    """Say a membership of a segment or a list."""
    if node.listed is not None:
        verb = "is" if node.included else "is not"
        return f"the {words.entity} {verb} on the list {quoted(node.listed)}"
    segment = f"the segment {quoted(str(node.segment))}"
    if node.changed is not None:
        verbs = {
            ("entered", True): "entered",
            ("entered", False): "did not enter",
            ("exited", True): "left",
            ("exited", False): "did not leave",
        }
        verb = verbs[node.changed.kind, node.included]
        return f"the {words.entity} {verb} {segment} {words.window(node.changed.window)}"
    if node.version is not None:
        segment = f"version {node.version} of {segment}"
    fresh = {"same_run": "", "stored": " (as last published)"}
    if isinstance(node.freshness, Duration):
        age = f" (published in the last {node.freshness.words()})"
    else:
        age = fresh[node.freshness]
    return f"the {words.entity} {'is' if node.included else 'is not'} in {segment}{age}"


def bucket_sentence(words: Words, node: Bucket) -> str:
    """Say a random share."""
    low, high = (_percent(share) for share in (node.low, node.high))
    return f"the {words.entity} falls into {low} to {high} of the random split {quoted(node.salt)}"


def _percent(share: str) -> str:
    """Move the point of a share by two places: 0.125 is 12.5 %."""
    whole, _, fraction = share.partition(".")
    digits = f"{whole}{fraction[:2]:0<2}".lstrip("0") or "0"
    rest = fraction[2:].rstrip("0")
    return f"{digits}.{rest} %" if rest else f"{digits} %"
