"""A fingerprint moves with every change of meaning and with nothing else."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest

from muster.base import json_value
from muster.rules.fingerprint import fingerprint
from muster.rules.parse import parse_definition

A = {"field": "a", "op": ">", "value": 1}
B = {"field": "b", "op": "in", "value": ["x", "y"]}
BASE: dict[str, Any] = {
    "where": [A, B],
    "universe": "adults",
    "tz": "Asia/Kolkata",
    "limit": {"n": 5, "rank_by": "m"},
    "exclude": [{"list": "staff"}, {"segment": "old"}],
    "start_date": "2025-01-01",
    "end_date": "2025-12-31",
    "ttl": "P540D",
}


def print_of(rule: Any) -> str:
    return fingerprint(parse_definition(rule))


def test_a_fingerprint_is_a_sha256() -> None:
    found = print_of(BASE)
    assert len(found) == 64
    assert int(found, 16) > 0


def test_a_fingerprint_never_changes_between_releases() -> None:
    """Stored fingerprints are compared with fresh ones: a change here is a migration."""
    text = b'{"where":{"field":"a","op":"=","value":{"#":"1"}}}'
    assert print_of({"field": "a", "op": "=", "value": 1}) == sha256(text).hexdigest()


CHANGES: list[dict[str, Any]] = [
    {"where": [A]},
    {"where": {"any": [A, B]}},
    {"where": [{"not": A}, B]},
    {"universe": "payers"},
    {"universe": A},
    {"tz": "Asia/Tokyo"},
    {"tz": None},
    {"limit": {"n": 6, "rank_by": "m"}},
    {"limit": {"n": 5, "rank_by": "n"}},
    {"limit": {"n": 5, "rank_by": "m", "dir": "asc"}},
    {"limit": None},
    {"exclude": [{"list": "staff"}]},
    {"exclude": [{"list": "staff"}, {"segment": "old", "version": 3}]},
    {"start_date": "2025-01-02"},
    {"end_date": None},
    {"ttl": "P539D"},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_change_around_the_condition_moves_it(change: dict[str, Any]) -> None:
    assert print_of({**BASE, **change}) != print_of(BASE)


# Each condition with one member changed, added or taken away.
LEAVES: list[tuple[dict[str, Any], list[dict[str, Any]]]] = [
    (
        {"field": "a", "op": "between", "value": [1, 2]},
        [
            *({"field": "b"}, {"op": "in"}, {"value": [1, 3]}, {"bounds": "[)"}),
            *({"nulls": "include"}, {"fold": "none"}, {"quant": "all"}),
        ],
    ),
    (
        {"did": "card", "times": {"op": ">=", "n": 2}, "window": {"last": "P30D"}},
        [
            *({"did": "upi"}, {"did": ["card", "upi"]}, {"where": A}, {"window": None}),
            *({"window": {"last": "P31D"}}, {"window": {"ago": ["P30D", "P1D"]}}, {"times": 3}),
            *({"window": {"last": "P30D", "anchor": "calendar_day"}}, {"distinct": "day"}),
            *({"window": {"calendar": "today"}}, {"window": {"from": "2025-01-01"}}),
            *({"observed": "window"}, {"observed": {"else": "include"}}, {"observed": "P3D"}),
            {"times": {"op": "<=", "n": 2}},
        ],
    ),
    (
        {"did": "card", "pattern": "restarted", "window": {"last": "P30D"}},
        [
            {"pattern": "first_time"},
            {"pattern": "stopped"},
            {"restarted": {"gap": "P30D"}},
        ],
    ),
    (
        {"did": "card", "pattern": "regular", "regular": {"each": "P7D", "hit": 3, "of": 4}},
        [
            {"regular": {"each": "P8D", "hit": 3, "of": 4}},
            {"regular": {"each": "P7D", "hit": 2, "of": 4}},
            {"regular": {"each": "P7D", "hit": 3, "of": 5}},
            {"regular": {"each": "P7D", "hit": 3, "of": 4, "anchor": "calendar_day"}},
        ],
    ),
    (
        {"metric": "m", "op": ">", "value": "1.50"},
        [
            *({"metric": "n"}, {"op": ">="}, {"value": "1.51"}, {"empty": "zero"}, {"where": A}),
            *({"window": {"last": "P3D"}}, {"rank": "percentile"}),
        ],
    ),
    (
        {"metric": {"agg": "percentile", "of": "x", "on": "c", "q": "0.5"}, "op": ">", "value": 1},
        [
            {"metric": {"agg": "percentile", "of": "x", "on": "c", "q": "0.6"}},
            {"metric": {"agg": "percentile", "of": "y", "on": "c", "q": "0.5"}},
            {"metric": {"agg": "percentile", "of": "x", "on": "d", "q": "0.5"}},
            {"metric": {"agg": "max", "of": "x", "on": "c"}},
        ],
    ),
    (
        {"sequence": [{"did": "a"}, {"did": "b", "within": "P7D"}], "same": ["x"]},
        [
            *({"same": ["y"]}, {"start": "last"}, {"window": {"last": "P3D"}}),
            {"sequence": [{"did": "a"}, {"did": "b", "within": "P8D"}]},
            {"sequence": [{"did": "a"}, {"did": "b", "within": "P7D", "not_before": "P1D"}]},
            {"sequence": [{"did": "a"}, {"did": "b", "within": "P7D", "absent": True}]},
            {"sequence": [{"did": "a", "where": A}, {"did": "b", "within": "P7D"}]},
        ],
    ),
    (
        {"segment": "vip"},
        [
            *({"segment": "vop"}, {"in": False}, {"version": 2}, {"freshness": "stored"}),
            *({"freshness": "PT6H"}, {"changed": {"entered": {"last": "P7D"}}}),
        ],
    ),
    (
        {"segment": "vip", "changed": {"entered": {"last": "P7D"}}},
        [{"changed": {"exited": {"last": "P7D"}}}, {"changed": {"entered": {"last": "P8D"}}}],
    ),
    (
        {"near": {"field": "home", "lat": 1, "lon": 2, "km": 3}},
        [
            {"near": {"field": "work", "lat": 1, "lon": 2, "km": 3}},
            {"near": {"field": "home", "lat": 2, "lon": 2, "km": 3}},
            {"near": {"field": "home", "lat": 1, "lon": 1, "km": 3}},
            {"near": {"field": "home", "lat": 1, "lon": 2, "km": 4}},
            {"near": {"field": "home", "place": "sydney"}},
            {"near": {"field": "home", "polygon": [[0, 0], [0, 1], [1, 1]]}},
        ],
    ),
    (
        {"bucket": {"salt": "a", "from": 0.25, "to": 0.5}},
        [
            {"bucket": {"salt": "b", "from": 0.25, "to": 0.5}},
            {"bucket": {"salt": "a", "from": 0.24, "to": 0.5}},
            {"bucket": {"salt": "a", "from": 0.25}},
        ],
    ),
    (
        {"age_bands": ["25-34"], "interests": {"any": ["x"], "min_affinity": 3}},
        [
            *({"age_bands": ["25-35"]}, {"locations": ["x"]}, {"demographics": {"g": ["F"]}}),
            *({"interests": ["x"]}, {"interests": {"all": ["x"], "min_affinity": 3}}),
            *(
                {"interests": {"any": ["x"], "min_affinity": 4}},
                {"interests": {"any": ["x"], "min_affinity": 3, "window": {"last": "P3D"}}},
            ),
        ],
    ),
]
EDITS = [(leaf, {**leaf, **change}) for leaf, changes in LEAVES for change in changes]


@pytest.mark.parametrize(("leaf", "edited"), EDITS, ids=str)
def test_a_change_of_any_member_moves_it(leaf: Any, edited: Any) -> None:
    kept = {name: value for name, value in edited.items() if value is not None}
    assert print_of(leaf) != print_of(kept)


def test_all_edits_have_different_fingerprints() -> None:
    rules = [leaf for leaf, _ in LEAVES] + [edited for _, edited in EDITS]
    texts = {json_value.canonical(rule) for rule in rules}
    assert len({print_of(rule) for rule in rules}) == len(texts)


UNMOVED: list[dict[str, Any]] = [
    {"where": [B, A]},
    {"where": [A, B, A]},
    {"where": {"all": [A, [B]]}},
    {"where": [{"field": "a", "operator": ">", "value": 1}, B]},
    {"where": [A, {"field": "b", "op": "in", "value": ["y", "x", "y"]}]},
    {"where": [{**A, "value": Decimal("1.00"), "nulls": "exclude", "bounds": "[]"}, B]},
    {"where": [{**A, "value": 1.0}, B]},
    {"where": {"not": {"not": [A, B]}}},
    {"v": 1, "key": "any name", "subject": "user", "as_of": "run"},
    {"universe": "users.adults"},
    {"limit": {"rank_by": "m", "n": 5, "dir": "desc", "ties": "user_key"}},
    {"exclude": [{"segment": "old", "in": True}, {"list": "staff"}]},
    {"end_date": "2025-12-31", "start_date": "2025-01-01"},
    {"ttl": "P540D"},
]


@pytest.mark.parametrize("edit", UNMOVED, ids=str)
def test_an_edit_without_meaning_does_not_move_it(edit: dict[str, Any]) -> None:
    assert print_of({**BASE, **edit}) == print_of(BASE)


def test_conditions_are_the_same_as_where() -> None:
    written = {name: value for name, value in BASE.items() if name != "where"}
    assert print_of({**written, "conditions": BASE["where"]}) == print_of(BASE)


def test_it_survives_storage() -> None:
    stored = json_value.loads(json_value.dumps(BASE))
    assert print_of(stored) == print_of(BASE)
