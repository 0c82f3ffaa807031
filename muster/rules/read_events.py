"""Reads the conditions on events: `did` and `sequence`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from muster.rules.nodes import Count, Did, Node, Observed, Pattern, Sequence, Step
from muster.rules.operators import COUNT_OPERATORS
from muster.rules.read_windows import read_window
from muster.rules.reader import Reader, Reading

if TYPE_CHECKING:
    from muster.rules.read_leaves import Conditions

PATTERNS = ("plain", "first_time", "stopped", "restarted", "regular")
MAX_STEPS = 10


def read_did(tree: Conditions, reading: Reading) -> Node | None:
    """Read ``{did, where, window, times, distinct, pattern, observed}``."""
    reader = tree.reader
    events = reader.texts(reading.get("did"), reading.at("did"))
    where = _nested(tree, reading, "where")
    window = reading.get("window")
    if window is not None:
        window = read_window(reader, window, reading.at("window"))
    times = _times(reader, reading)
    distinct = reading.get("distinct")
    if distinct is not None:
        distinct = reader.text(distinct, reading.at("distinct"), longest=63)
    pattern = _pattern(reader, reading)
    observed = _observed(reader, reading)
    if pattern.kind != "plain":
        for name in ("times", "distinct", "observed"):
            if name in reading:
                reader.fault(
                    "BAD_PATTERN", reading.at(name), f'"{name}" does not go with {pattern.kind}.'
                )
    if pattern.kind == "regular" and window is not None:
        reader.fault(
            "BAD_PATTERN",
            reading.at("window"),
            "regular has its own periods, ending at as_of; it takes no window.",
        )
    if not events:
        return None
    return Did(events, where, window, times, distinct, pattern, observed, reading.path)


def _nested(tree: Conditions, reading: Reading, name: str) -> Node | None:
    value = reading.get(name)
    return None if value is None else tree.node(value, reading.at(name), reading.depth + 1)


def _times(reader: Reader, reading: Reading) -> Count:
    value = reading.get("times")
    default = Count(">=", 1)
    if value is None:
        return default
    path = reading.at("times")
    if isinstance(value, int) and not isinstance(value, bool):
        value = {"op": ">=", "n": value}
    if not isinstance(value, dict):
        reader.fault("BAD_TIMES", path, 'times is {"op": ">=", "n": 3}.')
        return default
    inner = Reading(reader, value, path)
    op = inner.choice("op", COUNT_OPERATORS, ">=")
    n = inner.require("n", "how many times")
    inner.finish()
    if op == "between":
        if not isinstance(n, list | tuple) or len(n) != 2:
            reader.fault("BAD_TIMES", inner.at("n"), "between takes two numbers.")
            return default
        low = reader.integer(n[0], f"{inner.at('n')}[0]")
        high = reader.integer(n[1], f"{inner.at('n')}[1]")
        if low is None or high is None:
            return default
        if low > high:
            reader.fault("BAD_TIMES", inner.at("n"), "between takes the smaller number first.")
        return Count(op, low, high)
    number = reader.integer(n, inner.at("n"))
    return default if number is None else Count(op, number)


def _pattern(reader: Reader, reading: Reading) -> Pattern:
    kind = reading.choice("pattern", PATTERNS, "plain")
    for other, name in (("stopped", "active"), ("restarted", "gap")):
        if other in reading and kind == other:
            inner = _object(reader, reading, other)
            length = reader.duration(inner.require(name, "a duration"), inner.at(name))
            inner.finish()
            return Pattern(kind, length)
    if kind != "regular":
        return Pattern(kind)
    if "regular" not in reading:
        reader.fault(
            "MISSING", reading.path, '"regular" is missing: {"each": "P7D", "hit": 3, "of": 4}.'
        )
        return Pattern()
    inner = _object(reader, reading, "regular")
    each = reader.duration(inner.require("each", "the length of a period"), inner.at("each"))
    of = reader.integer(inner.require("of", "how many periods"), inner.at("of"), low=1, high=366)
    hit = reader.integer(
        inner.require("hit", "in how many of them"), inner.at("hit"), low=1, high=of or 366
    )
    whole_days = inner.choice("anchor", ("rolling", "calendar_day"), "rolling") == "calendar_day"
    inner.finish()
    if each is None or hit is None or of is None:
        return Pattern()
    return Pattern(kind, each, hit, of, whole_days)


def _object(reader: Reader, reading: Reading, name: str) -> Reading:
    value = reading.get(name)
    if not isinstance(value, dict):
        reader.fault("BAD_PATTERN", reading.at(name), f'"{name}" is an object.')
        value = {}
    return Reading(reader, value, reading.at(name))


def _observed(reader: Reader, reading: Reading) -> Observed | None:
    value = reading.get("observed")
    if value is None:
        return None
    path = reading.at("observed")
    if isinstance(value, str):
        value = {"min": value}
    if not isinstance(value, dict):
        reader.fault("BAD_OBSERVED", path, 'observed is {"min": "P30D"} or {"min": "window"}.')
        return None
    inner = Reading(reader, value, path)
    shortest = inner.get("min", "window")
    required = inner.choice("else", ("exclude", "include"), "exclude") == "exclude"
    inner.finish()
    if shortest == "window":
        return Observed(required)
    length = reader.duration(shortest, inner.at("min"))
    return None if length is None else Observed(required, length)


def read_sequence(tree: Conditions, reading: Reading) -> Node | None:
    """Read ``{sequence: [steps], same, start, window}``."""
    reader = tree.reader
    value = reading.get("sequence")
    path = reading.at("sequence")
    same: tuple[str, ...] = ()
    if "same" in reading:
        same = reader.texts(reading.get("same"), reading.at("same")) or ()
    start = reading.choice("start", ("any", "first", "last"), "any")
    window = reading.get("window")
    if window is not None:
        window = read_window(reader, window, reading.at("window"))
    if not isinstance(value, list) or not 2 <= len(value) <= MAX_STEPS:
        reader.fault("BAD_SEQUENCE", path, f"A sequence is a list of 2 to {MAX_STEPS} steps.")
        return None
    found = [_step(tree, item, f"{path}[{i}]", reading.depth) for i, item in enumerate(value)]
    steps = tuple(step for step in found if step is not None)
    if len(steps) != len(found):
        return None
    if steps[0].absent or steps[0].within or steps[0].not_before:
        reader.fault(
            "BAD_SEQUENCE", f"{path}[0]", "The first step has nothing before it to measure from."
        )
    return Sequence(steps, same, start, window, reading.path)


def _step(tree: Conditions, value: Any, path: str, depth: int) -> Step | None:
    reader = tree.reader
    if not isinstance(value, dict):
        reader.fault("BAD_SEQUENCE", path, "A step is an object with did.")
        return None
    inner = Reading(reader, value, path)
    inner.depth = depth
    events = reader.texts(inner.require("did", "the event"), inner.at("did"))
    where = _nested(tree, inner, "where")
    lengths = {}
    for name in ("within", "not_before"):
        if name in inner:
            length = reader.duration(inner.get(name), inner.at(name))
            if length is not None and length.months:
                reader.fault(
                    "BAD_DURATION",
                    inner.at(name),
                    "Between steps, time is elapsed time: days (24 h), hours, minutes, seconds.",
                )
            lengths[name] = length
    absent = inner.flag("absent", False)
    inner.finish()
    within, not_before = lengths.get("within"), lengths.get("not_before")
    fixed = within and not_before and not within.months and not not_before.months
    if fixed and within and not_before and not_before.elapsed() >= within.elapsed():
        reader.fault("EMPTY_WINDOW", path, "not_before must be shorter than within.")
    return Step(events, where, within, not_before, absent) if events else None
