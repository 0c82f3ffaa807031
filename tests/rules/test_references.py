"""What rules refer to, and the graph between them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import pytest

from muster.base.errors import Conflict
from muster.rules.parse import parse_definition
from muster.rules.references import (
    descendants,
    events_in,
    fields_in,
    find_cycle,
    segments_in,
    waves,
)
from tests.rules.sample import MODEL, resolve

A = {"field": "tier", "op": "=", "value": 1}


def segment(name: str, **members: Any) -> dict[str, Any]:
    return {"segment": name, **members}


SEGMENTS: list[tuple[Any, tuple[str, ...]]] = [
    (A, ()),
    (segment("vip"), ("vip",)),
    ([segment("b"), {"not": segment("a", **{"in": False})}, segment("b")], ("a", "b")),
    ({"count": {"n": 1}, "of": [{"any": [segment("x")]}, A]}, ("x",)),
    ({"where": A, "universe": segment("u")}, ("u",)),
    ({"where": A, "universe": [A, segment("u")]}, ("u",)),
    ({"where": A, "exclude": [segment("old"), {"list": "staff"}]}, ("old",)),
    ({"depends_on": ["b", "a"], "operation": "UNION"}, ("a", "b")),
    (segment("a", changed={"entered": {"last": "P1D"}}), ("a",)),
    ({"where": A, "universe": "vips"}, ()),
]


@pytest.mark.parametrize(("rule", "names"), SEGMENTS, ids=str)
def test_segments_are_found_wherever_they_stand(rule: Any, names: tuple[str, ...]) -> None:
    assert segments_in(parse_definition(rule)) == names


def test_a_named_universe_may_be_made_of_segments() -> None:
    rule = parse_definition({"where": segment("a"), "universe": "users.vips"})
    assert segments_in(rule, universes=MODEL.universes) == ("a", "vip")
    plain = parse_definition({"where": segment("a"), "universe": "adults"})
    assert segments_in(plain, universes=MODEL.universes) == ("a",)
    unknown = parse_definition({"where": segment("a"), "universe": "nobody"})
    assert segments_in(unknown, universes=MODEL.universes) == ("a",)


USES: list[tuple[Any, tuple[str, ...], tuple[str, ...]]] = [
    (A, ("tier",), ()),
    ({"field": "born", "op": "<", "value_field": "renewed"}, ("born", "renewed"), ()),
    ({"near": {"field": "home", "place": "sydney"}}, ("home",), ()),
    ({"age_bands": ["25-34"]}, ("born",), ()),
    (segment("vip"), (), ()),
    ({"bucket": {"salt": "x"}}, (), ()),
    ({"did": "card"}, (), ("card",)),
    (
        {"did": "spend", "where": {"field": "category", "op": "=", "value": "x"}},
        ("card.category", "upi.category"),
        ("card", "upi"),
    ),
    ({"did": "card", "distinct": "merchant"}, ("card.merchant",), ("card",)),
    ({"did": "card", "distinct": "day"}, (), ("card",)),
    (
        {"did": "card", "where": {"near": {"field": "spot", "place": "sydney"}}},
        ("card.spot",),
        ("card",),
    ),
    (
        {"metric": "travel_90", "op": ">", "value": 1},
        ("card.amount", "card.category", "upi.amount", "upi.category"),
        ("card", "upi"),
    ),
    (
        {
            "sequence": [
                {"did": "view", "where": {"field": "genre", "op": "=", "value": "x"}},
                {"did": "card"},
            ],
            "same": ["product"],
        },
        ("card.product", "view.genre", "view.product"),
        ("card", "view"),
    ),
    ({"where": A, "universe": "payers"}, ("tier",), ("card", "upi")),
    ({"where": A, "limit": {"n": 1, "rank_by": "score"}}, ("score", "tier"), ()),
    (
        {"where": A, "limit": {"n": 1, "rank_by": "ticket"}},
        ("card.amount", "tier"),
        ("card",),
    ),
]


@pytest.mark.parametrize(("rule", "fields", "events"), USES, ids=str)
def test_fields_and_events_are_found(
    rule: Any, fields: tuple[str, ...], events: tuple[str, ...]
) -> None:
    resolved = resolve(rule)
    assert fields_in(resolved) == fields
    assert events_in(resolved) == events


def graph(*edges: str) -> dict[str, list[str]]:
    """Read ``child<parent parent``."""
    found: dict[str, list[str]] = {}
    for edge in edges:
        child, _, parents = edge.partition("<")
        found[child] = parents.split()
    return found


CYCLES: list[tuple[dict[str, list[str]], tuple[str, ...] | None]] = [
    ({}, None),
    (graph("a<", "b<a", "c<a b"), None),
    (graph("a<a"), ("a", "a")),
    (graph("a<b", "b<a"), ("a", "b", "a")),
    (graph("a<b", "b<c", "c<b"), ("b", "c", "b")),
    (graph("z<x", "x<y", "y<x", "a<z"), ("x", "y", "x")),
    (graph("a<gone", "b<a"), None),
    (graph("d<b c", "b<a", "c<a", "a<"), None),
    (graph("d<b c", "b<a", "c<a", "a<d"), ("a", "d", "b", "a")),
]


@pytest.mark.parametrize(("edges", "cycle"), CYCLES, ids=str)
def test_a_cycle_is_told_as_a_path(
    edges: dict[str, list[str]], cycle: tuple[str, ...] | None
) -> None:
    assert find_cycle(edges) == cycle
    backwards = {name: edges[name][::-1] for name in reversed(edges)}
    assert find_cycle(backwards) == cycle


WAVES: list[tuple[dict[str, list[str]], tuple[tuple[str, ...], ...]]] = [
    ({}, ()),
    (graph("b<", "a<"), (("a", "b"),)),
    (graph("c<b", "b<a", "a<"), (("a",), ("b",), ("c",))),
    (graph("d<b c", "c<a", "b<a", "a<"), (("a",), ("b", "c"), ("d",))),
    (graph("c<a b", "b<a", "a<"), (("a",), ("b",), ("c",))),
    (graph("a<published", "b<a a"), (("a",), ("b",))),
]


@pytest.mark.parametrize(("edges", "expected"), WAVES, ids=str)
def test_parents_come_in_earlier_waves(
    edges: dict[str, list[str]], expected: tuple[tuple[str, ...], ...]
) -> None:
    assert waves(edges) == expected
    assert waves(dict(reversed(edges.items()))) == expected


def test_a_cycle_has_no_waves() -> None:
    with pytest.raises(Conflict) as caught:
        waves(graph("a<b", "b<a", "c<"))
    assert caught.value.code == "SEGMENT_CYCLE"
    assert "a → b → a" in caught.value.sentence


DESCENDANTS: list[tuple[Iterable[str], tuple[str, ...]]] = [
    (["a"], ("b", "c", "d")),
    (["b"], ("c",)),
    (["b", "d"], ("c",)),
    (["c"], ()),
    (["unheard_of"], ()),
    ([], ()),
]


@pytest.mark.parametrize(("names", "expected"), DESCENDANTS, ids=str)
def test_descendants_are_all_that_is_made_of_something(
    names: Iterable[str], expected: tuple[str, ...]
) -> None:
    assert descendants(graph("a<", "b<a", "c<b", "d<a"), names) == expected


def test_descendants_of_a_cycle_end() -> None:
    assert descendants(graph("a<b", "b<a", "c<b"), ["a"]) == ("b", "c")


def test_ten_thousand_rules_are_quick() -> None:
    """One long chain, which recursion could not follow, with a fan of children at each link."""
    edges: dict[str, list[str]] = {"r0": []}
    for number in range(1, 10_000):
        edges[f"r{number}"] = [f"r{number - 1}", f"r{number // 2}"]
    started = time.perf_counter()
    assert find_cycle(edges) is None
    assert len(waves(edges)) == 10_000
    assert len(descendants(edges, ["r0"])) == 9_999
    edges["r0"] = ["r9999"]
    cycle = find_cycle(edges)
    assert cycle is not None
    assert cycle[0] == cycle[-1]
    assert time.perf_counter() - started < 5
