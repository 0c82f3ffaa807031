"""Reads the leaf conditions; one function per kind, registered by the name that marks it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from muster.rules.nodes import (
    AdHocMetric,
    Attribute,
    Bucket,
    Changed,
    Member,
    Metric,
    Node,
)
from muster.rules.operators import AGGREGATES, METRIC_OPERATORS, OPERATORS
from muster.rules.read_events import read_did, read_sequence
from muster.rules.read_places import read_facets, read_near
from muster.rules.read_windows import read_window
from muster.rules.reader import Reader, Reading, whole


class Conditions(Protocol):
    """What a leaf reader needs of the tree reader: the problems, and reading a nested node."""

    reader: Reader

    def node(self, value: Any, path: str, depth: int) -> Node | None:
        """Read one nested node."""


def read_attribute(tree: Conditions, reading: Reading) -> Node | None:
    """Read ``{field, op, value}``; ``operator`` is an alias of ``op``."""
    reader = tree.reader
    name = reader.text(reading.get("field"), reading.at("field"), longest=130)
    op = _operator(reader, reading)
    value = reader.plain(reading.get("value"), reading.at("value"))
    other = reading.get("value_field")
    if other is not None:
        other = reader.text(other, reading.at("value_field"), longest=130)
        if "value" in reading:
            reader.fault("AMBIGUOUS", reading.path, "Give either value or value_field, not both.")
    bounds = reading.choice("bounds", ("[]", "[)", "(]", "()"), "[]")
    nulls = reading.choice("nulls", ("exclude", "include"), "exclude")
    fold = reading.choice("fold", ("none", "case", "case_accent"), "") or None
    quantifier = reading.choice("quant", ("any", "all", "none"), "any")
    # A metric used as a field (the short list form) may carry a window of its own.
    window = _window(reader, reading)
    if op is not None:
        _check_value_given(reader, reading, op, other)
    if name is None or op is None:
        return None
    if window is not None:
        refuse_on_metric(reader, reading.path, other, nulls == "include", fold, quantifier)
        return Metric(name, op, value, bounds, window=window, path=reading.path)
    return Attribute(
        name, op, value, other, bounds, nulls == "include", fold, quantifier, reading.path
    )


def refuse_on_metric(
    reader: Reader,
    path: str,
    value_field: str | None,
    nulls_included: bool,
    fold: str | None,
    quantifier: str,
) -> None:
    """Report what a test on a field may say, but one on a metric (used as a field) may not."""
    given = {
        "value_field": value_field is not None,
        "nulls": nulls_included,
        "fold": fold is not None,
        "quant": quantifier != "any",
    }
    for name in (name for name, said in given.items() if said):
        hint = 'Say what "no value" means with "empty".' if name == "nulls" else None
        reader.fault("UNWANTED_VALUE", f"{path}.{name}", f'"{name}" is not for metrics.', hint)


def _operator(reader: Reader, reading: Reading) -> str | None:
    if "op" in reading and "operator" in reading:
        reader.fault("AMBIGUOUS", reading.path, "op and operator are the same thing.")
    name = "operator" if "operator" in reading else "op"
    value = reading.require(name, "the operator")
    reading.get("op")
    if value is None:
        return None
    return reader.choice(value, reading.at(name), OPERATORS, "operator")


def _check_value_given(reader: Reader, reading: Reading, op: str, other: str | None) -> None:
    takes = OPERATORS[op].takes
    if takes == "none":
        if "value" in reading or other:
            reader.fault("UNWANTED_VALUE", reading.at("value"), f'"{op}" takes no value.')
    elif other is None and ("value" not in reading or reading.get("value") is None):
        reader.fault(
            "MISSING_VALUE",
            reading.path,
            f'"{op}" needs a value.',
            'To find entities without a value, use "missing".',
        )


def read_metric(tree: Conditions, reading: Reading) -> Node | None:
    """Read ``{metric, op, value}``; the metric is a name or an aggregate spelled out."""
    reader = tree.reader
    metric = _metric(tree, reading)
    rank = reading.choice("rank", ("value", "percentile", "top_n"), "value")
    op: str | None
    if rank == "top_n" and "op" not in reading and "operator" not in reading:
        op = "<="
    else:
        op = _operator(reader, reading)
    if op is not None and op not in METRIC_OPERATORS:
        name = "operator" if "operator" in reading else "op"
        reader.fault("BAD_OPERATOR", reading.at(name), f'"{op}" does not apply to a metric.')
        op = None
    value = reader.plain(reading.require("value", "what to compare with"), reading.at("value"))
    if value is None and "value" in reading:
        reader.fault("MISSING_VALUE", reading.at("value"), "A metric is compared with a value.")
    empty = reading.choice("empty", ("zero", "unknown"), "") or None
    bounds = reading.choice("bounds", ("[]", "[)", "(]", "()"), "[]")
    where = _where(tree, reading)
    window = _window(reader, reading)
    if metric is None or op is None:
        return None
    return Metric(metric, op, value, bounds, where, window, empty, rank, reading.path)


def _metric(tree: Conditions, reading: Reading) -> str | AdHocMetric | None:
    value = reading.get("metric")
    if not isinstance(value, dict):
        return tree.reader.text(value, reading.at("metric"), longest=130)
    inner = Reading(tree.reader, value, reading.at("metric"))
    aggregate = tree.reader.choice(
        inner.require("agg", "the aggregate"), inner.at("agg"), AGGREGATES, "aggregate"
    )
    on = tree.reader.texts(inner.require("on", "the events"), inner.at("on"))
    of = inner.get("of")
    if of is not None:
        of = tree.reader.text(of, inner.at("of"), longest=63)
    quantile = inner.get("quantile", inner.get("q"))
    if quantile is not None:
        number = tree.reader.number(quantile, inner.at("quantile"))
        if number is not None and not 0 < number <= 1:
            tree.reader.fault("BAD_NUMBER", inner.at("quantile"), "A quantile is in (0, 1].")
        quantile = None if number is None else format(number.normalize(), "f")
        if aggregate not in (None, "percentile"):
            sentence = f"{aggregate} takes no quantile; only percentile does."
            tree.reader.fault("UNWANTED_VALUE", inner.at("quantile"), sentence)
    where = _where(tree, inner)
    window = _window(tree.reader, inner)
    inner.finish()
    if aggregate is None or not on:
        return None
    return AdHocMetric(aggregate, on, of, where, window, quantile)


def _where(tree: Conditions, reading: Reading) -> Node | None:
    value = reading.get("where")
    return None if value is None else tree.node(value, reading.at("where"), reading.depth + 1)


def _window(reader: Reader, reading: Reading) -> Any:
    value = reading.get("window")
    return None if value is None else read_window(reader, value, reading.at("window"))


def read_member(tree: Conditions, reading: Reading) -> Node | None:
    """Read ``{segment}`` or ``{list}`` with in, version, freshness, changed."""
    reader = tree.reader
    segment, listed = reading.get("segment"), reading.get("list")
    if (segment is None) == (listed is None):
        reader.fault("AMBIGUOUS", reading.path, "Name either a segment or a list.")
        return None
    if segment is not None and whole(segment) is not None:
        segment = str(segment)
    included = reading.flag("in", True)
    if listed is not None:
        name = reader.text(listed, reading.at("list"), longest=63)
        return Member(listed=name, included=included, path=reading.path) if name else None
    name = reader.text(segment, reading.at("segment"), longest=63)
    version = reading.get("version", "latest")
    number = None
    if version != "latest":
        number = reader.integer(version, reading.at("version"), low=1)
    freshness = _freshness(reader, reading)
    changed = _changed(reader, reading)
    if number is not None and changed is not None:
        reader.fault("AMBIGUOUS", reading.path, "A version does not change; leave one of them out.")
    if name is None:
        return None
    return Member(name, None, included, number, freshness, changed, reading.path)


def _freshness(reader: Reader, reading: Reading) -> Any:
    value = reading.get("freshness", "same_run")
    if value in ("same_run", "stored"):
        return value
    text = value[2:] if isinstance(value, str) and value.startswith("<=") else value
    return reader.duration(text, reading.at("freshness")) or "same_run"


def _changed(reader: Reader, reading: Reading) -> Changed | None:
    value = reading.get("changed")
    if value is None:
        return None
    path = reading.at("changed")
    if not isinstance(value, dict) or len(value) != 1:
        reader.fault("BAD_CHANGED", path, 'Write {"entered": WINDOW} or {"exited": WINDOW}.')
        return None
    kind, window = next(iter(value.items()))
    chosen = reader.choice(kind, path, ("entered", "exited"), "change")
    found = read_window(reader, window, f"{path}.{kind}")
    return Changed(chosen, found) if chosen and found else None


def read_bucket(tree: Conditions, reading: Reading) -> Node | None:
    """Read ``{bucket: {salt, from, to}}``; the bounds are shares from 0 to 1."""
    reader = tree.reader
    value = reading.get("bucket")
    if not isinstance(value, dict):
        reader.fault("BAD_BUCKET", reading.at("bucket"), "bucket is {salt, from, to}.")
        return None
    inner = Reading(reader, value, reading.at("bucket"))
    salt = reader.text(inner.require("salt", "any text"), inner.at("salt"), longest=100)
    low = reader.number(inner.get("from", 0), inner.at("from"))
    high = reader.number(inner.get("to", 1), inner.at("to"))
    inner.finish()
    if salt is None or low is None or high is None:
        return None
    if not 0 <= low < high <= 1:
        reader.fault("BAD_BUCKET", inner.path, "A bucket needs 0 <= from < to <= 1.")
        return None
    return Bucket(salt, format(low.normalize(), "f"), format(high.normalize(), "f"), reading.path)


LeafReader = Callable[[Conditions, Reading], Node | None]

LEAF_READERS: dict[str, LeafReader] = {
    "field": read_attribute,
    "did": read_did,
    "metric": read_metric,
    "sequence": read_sequence,
    "segment": read_member,
    "list": read_member,
    "near": read_near,
    "bucket": read_bucket,
    "age_bands": read_facets,
    "demographics": read_facets,
    "locations": read_facets,
    "interests": read_facets,
}
