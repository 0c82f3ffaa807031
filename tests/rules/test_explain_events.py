"""What is said of conditions on events: values, evidence, and how many events would flip them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from muster.rules.resolved import ResolvedLeaf
from muster.rules.world import World
from tests.rules.explaining import only_leaf
from tests.rules.sample import AS_OF, MODEL, UNGUARDED, event, utc, world

DAY = timedelta(days=1)


def cards(*days_ago: float, model: Any = UNGUARDED, row: Any = None, **fields: list[Any]) -> World:
    """Return entity 1 with card payments so many days ago; ``fields`` hold a value for each."""
    rows = []
    for index, days in enumerate(days_ago):
        values = {name: found[index] for name, found in fields.items()}
        rows.append(event(1, (AS_OF - days * DAY).isoformat(), id=index, **values))
    return world({1: row or {}}, model=model, card=rows)


def did(**how: Any) -> dict[str, Any]:
    return {"did": "card", "window": {"last": "P30D"}, **how}


def times(op: str, n: Any) -> dict[str, Any]:
    return {"times": {"op": op, "n": n}}


def ids(rule: Any, seen: World) -> list[Any]:
    evidence = only_leaf(rule, seen).evidence
    assert evidence is not None
    assert evidence.total == len(evidence.rows)
    return [row.identity for row in evidence.rows]


# -- so many times ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "days_ago", "value", "value_words", "kind", "words"),
    [
        (times(">=", 2), (1, 40), 1, "1 event", "more_events", "1 more event"),
        (times(">=", 2), (), 0, "0 events", "more_events", "2 more events"),
        (times(">=", 2), (1, 2, 3), 3, "3 events", "fewer_events", "2 fewer events"),
        (times("=", 0), (1, 2), 2, "2 events", "fewer_events", "2 fewer events"),
        (times("=", 0), (), 0, "0 events", "more_events", "1 more event"),
        (times("=", 2), (1, 2), 2, "2 events", "fewer_events", "1 fewer event"),
        (times("!=", 2), (1, 2), 2, "2 events", "fewer_events", "1 fewer event"),
        (times("!=", 0), (), 0, "0 events", "more_events", "1 more event"),
        (times("<", 2), (1, 2, 3), 3, "3 events", "fewer_events", "2 fewer events"),
        (times("<=", 2), (1,), 1, "1 event", "more_events", "2 more events"),
        (times("between", [2, 3]), (1,), 1, "1 event", "more_events", "1 more event"),
        (
            times("between", [2, 3]),
            (1, 2, 3, 4, 5),
            5,
            "5 events",
            "fewer_events",
            "2 fewer events",
        ),
        (times("between", [2, 3]), (1, 2, 3), 3, "3 events", "more_events", "1 more event"),
        (
            {**times(">=", 3), "distinct": "day"},
            (1, 1.01, 2),
            2,
            "2 days with an event",
            "more_events",
            "1 more day with an event",
        ),
        (
            {**times(">=", 1), "distinct": "month"},
            (1,),
            1,
            "1 month with an event",
            "fewer_events",
            "1 fewer month with an event",
        ),
    ],
)
def test_counts(
    how: Any, days_ago: Any, value: int, value_words: str, kind: str, words: str
) -> None:
    found = only_leaf(did(**how), cards(*days_ago))
    assert (found.value, found.value_words) == (value, value_words)
    assert found.flip is not None
    assert (found.flip.kind, found.flip.words) == (kind, words)
    assert abs(found.flip.target - value) == found.flip.amount


def test_only_events_that_pass_the_filter_in_the_window_are_evidence() -> None:
    seen = cards(1, 2, 3, 40, category=["Travel", "Food", "Travel", "Travel"])
    rule = did(where=[{"field": "category", "op": "=", "value": "Travel"}])
    assert ids(rule, seen) == [0, 2]


def test_different_values_are_counted() -> None:
    seen = cards(1, 2, 3, merchant=["a", "b", "a"])
    found = only_leaf(did(distinct="merchant", **times(">=", 3)), seen)
    assert (found.value, found.value_words) == (2, "2 different values of Merchant")
    assert found.flip is not None
    assert found.flip.words == "1 more different Merchant"


def test_what_always_holds_cannot_be_flipped() -> None:
    found = only_leaf(did(**times(">=", 0)), cards(1))
    assert (found.truth, found.flip) == (True, None)
    assert found.reason == "No value was found that would do."


KNOWN_20_DAYS = {"joined": AS_OF - 20 * DAY}


@pytest.mark.parametrize(
    ("rule", "days_ago", "truth", "words"),
    [
        # nothing seen, but known for 20 days of 30 only: wait, and it is sure
        (did(**times("=", 0)), (), None, "known 10 days longer"),
        # seen too often: that cannot become less
        (did(**times("=", 0)), (1, 2), False, "2 fewer events and known 10 days longer"),
        (did(**times("<", 2)), (1,), None, "known 10 days longer"),
        (did(**times(">=", 2)), (1,), None, "1 more event"),
        (did(**times(">=", 2)), (1, 2), True, "1 fewer event"),
        (did(**times("!=", 1)), (1,), None, "1 more event"),
        (did(**times("=", 1)), (), None, "1 more event and known 10 days longer"),
        # under a "not" it must be surely false
        ({"not": did()}, (1,), False, "1 fewer event and known 10 days longer"),
        ({"not": did(**times("=", 0))}, (), None, "1 more event"),
    ],
)
def test_absence_counts_only_if_the_entity_is_known_long_enough(
    rule: Any, days_ago: Any, truth: Any, words: str
) -> None:
    seen = cards(*days_ago, model=MODEL, row=KNOWN_20_DAYS)
    found = only_leaf(rule, seen)
    assert found.flip is not None
    if "not" in rule:
        truth = None if truth is None else not truth
    assert (found.truth, found.flip.words) == (truth, words)


def test_waiting_is_a_length_of_time() -> None:
    found = only_leaf(did(**times("=", 0)), cards(model=MODEL, row=KNOWN_20_DAYS))
    assert found.flip is not None
    assert (found.flip.kind, found.flip.amount) == ("wait", 10 * DAY)
    assert found.changes_at == AS_OF + 10 * DAY
    found = only_leaf(did(**times("=", 0)), cards(model=MODEL, row={"joined": None}))
    assert found.flip is not None
    assert found.flip.words == "must be known since 15 April 2026 12:00"
    rule = did(**times("=", 0), observed={"min": "P60D"})
    found = only_leaf(rule, cards(model=MODEL, row=KNOWN_20_DAYS))
    assert found.flip is not None
    assert found.flip.words == "known 40 days longer"


# -- patterns --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "days_ago", "truth", "value_words", "words"),
    [
        (
            {"pattern": "first_time"},
            (5,),
            True,
            "first at 10 May 2026 12:00",
            "1 fewer event in the window",
        ),
        (
            {"pattern": "first_time"},
            (5, 6),
            True,
            "first at 9 May 2026 12:00",
            "1 more event before the window",
        ),
        (
            {"pattern": "first_time"},
            (5, 40, 50),
            False,
            "first at 26 March 2026 12:00",
            "2 fewer events before the window",
        ),
        ({"pattern": "first_time"}, (), False, "never", "1 more event in the window"),
        (
            {"pattern": "first_time"},
            (40,),
            False,
            "first at 5 April 2026 12:00",
            "1 more event in the window and 1 fewer event before the window",
        ),
        (
            {"pattern": "stopped"},
            (40,),
            True,
            "last at 5 April 2026 12:00",
            "1 more event in the window",
        ),
        (
            {"pattern": "stopped"},
            (5, 40),
            False,
            "last at 10 May 2026 12:00",
            "1 fewer event in the window",
        ),
        ({"pattern": "stopped"}, (), False, "never", "1 more event shortly before the window"),
        (
            {"pattern": "stopped", "stopped": {"active": "P5D"}},
            (5, 40),
            False,
            "last at 10 May 2026 12:00",
            "1 more event shortly before the window and 1 fewer event in the window",
        ),
        (
            {"pattern": "restarted"},
            (5, 70),
            True,
            "last at 10 May 2026 12:00",
            "1 fewer event in the window",
        ),
        (
            {"pattern": "restarted"},
            (5, 6, 70),
            True,
            "last at 10 May 2026 12:00",
            "1 more event in the gap before the window",
        ),
        (
            {"pattern": "restarted"},
            (5, 40, 70),
            False,
            "last at 10 May 2026 12:00",
            "1 fewer event in the gap",
        ),
        (
            {"pattern": "restarted"},
            (),
            False,
            "never",
            "1 more event in the window and 1 more event before the gap",
        ),
    ],
)
def test_patterns(how: Any, days_ago: Any, truth: bool, value_words: str, words: str) -> None:
    found = only_leaf(did(**how), cards(*days_ago))
    assert (found.truth, found.value_words) == (truth, value_words)
    assert found.flip is not None
    assert found.flip.words == words
    assert found.evidence is not None
    assert found.evidence.total == len(days_ago)


@pytest.mark.parametrize(
    ("days_ago", "hits", "words"),
    [
        ((1, 2, 9, 16, 30), 3, "1 fewer event in the periods counted"),
        ((1, 2, 3), 1, "an event in 2 more periods"),
        ((1, 2, 8, 9, 15, 16, 22), 4, "3 fewer events in the periods counted"),
    ],
)
def test_regular_habits(days_ago: Any, hits: int, words: str) -> None:
    rule = {"did": "card", "pattern": "regular", "regular": {"each": "P7D", "hit": 3, "of": 4}}
    found = only_leaf(rule, cards(*days_ago))
    assert (found.value, found.threshold, found.truth) == (hits, 3, hits >= 3)
    assert found.value_words == f"{hits} of the last 4 periods of 7 days"
    assert found.flip is not None
    assert found.flip.words == words
    assert found.evidence is not None
    assert found.evidence.total == sum(days < 28 for days in days_ago)


# -- numbers ---------------------------------------------------------------------------------------


def amounts(*rupees: str) -> World:
    return cards(*range(1, len(rupees) + 1), amount=[Decimal(text) for text in rupees])


def metric(aggregate: str, op: str, value: Any, **how: Any) -> dict[str, Any]:
    spec = {"agg": aggregate, "of": "amount", "on": "card"} | how
    return {
        "metric": {name: found for name, found in spec.items() if found},
        "op": op,
        "value": value,
    }


@pytest.mark.parametrize(
    ("rule", "rupees", "value", "kind", "words"),
    [
        (metric("sum", ">=", "1000"), ("88", "500"), Decimal("588"), "more", "INR 412.00 more"),
        (metric("sum", ">", "588"), ("88", "500"), Decimal("588"), "more", "INR 0.01 more"),
        (metric("sum", "<", "588"), ("88", "500"), Decimal("588"), "less", "INR 0.01 less"),
        (metric("sum", "=", "600"), ("88", "500"), Decimal("588"), "more", "INR 12.00 more"),
        (metric("sum", ">=", "1000"), (), 0, "more", "INR 1,000.00 more"),
        (metric("avg", ">=", "300"), ("88", "500"), Decimal("294"), "more", "INR 6.00 more"),
        (metric("min", ">=", "100"), ("88", "500"), Decimal("88"), "more", "INR 12.00 more"),
        (metric("max", "<", "100"), ("88", "500"), Decimal("500"), "less", "INR 400.01 less"),
        (metric("max", "<", "100"), (), None, "set", "needs a value such as INR 99.99"),
        (metric("last", "=", "100"), ("88", "500"), Decimal("88"), "more", "INR 12.00 more"),
        (metric("count", ">=", 3, of=None), ("88", "500"), 2, "more_events", "1 more event"),
        (metric("count", "<", 1, of=None), ("88", "500"), 2, "fewer_events", "2 fewer events"),
        (metric("count", "!=", 2, of=None), ("88", "500"), 2, "fewer_events", "1 fewer event"),
        (
            metric("distinct", ">=", 3),
            ("88", "88"),
            1,
            "more_events",
            "2 more different values of Amount",
        ),
        (metric("distinct", ">=", 2), ("88", "88"), 1, "more_events", "1 more different Amount"),
    ],
)
def test_computed_numbers(rule: Any, rupees: Any, value: Any, kind: str, words: str) -> None:
    found = only_leaf(rule, amounts(*rupees))
    assert found.value == value
    assert found.flip is not None
    assert (found.flip.kind, found.flip.words) == (kind, words)
    assert found.evidence is not None
    assert found.evidence.total == len(rupees)


def test_an_average_is_shown_rounded_and_kept_exact() -> None:
    found = only_leaf(metric("avg", ">", "100"), amounts("100", "100", "101"))
    assert found.value_words == "INR 100.33"
    assert found.value == Decimal("301") / 3


def test_nothing_counted_may_be_unknown() -> None:
    rule = metric("count", "<", 3, of=None) | {"empty": "unknown"}
    found = only_leaf(rule, amounts())
    assert (found.truth, found.value) == (None, None)
    assert found.flip is not None
    assert (found.flip.words, found.flip.target) == ("1 more event", 1)


@pytest.mark.parametrize(
    ("op", "value", "days_ago", "kind", "words"),
    [
        (">", 30, (20,), "wait", "no event for 11 more days"),
        ("<", 10, (20,), "more_events", "1 more event, at most 9 days ago"),
        ("=", 10, (20,), "more_events", "1 more event, 10 days ago"),
        ("<", 1, (20,), "more_events", "1 more event, today"),
        ("<=", 30, (), "more_events", "1 more event, today"),
        ("<=", 30, (20,), "wait", "no event for 11 more days"),
    ],
)
def test_days_since_the_last_event(
    op: str, value: int, days_ago: Any, kind: str, words: str
) -> None:
    rule = {"metric": "days_since", "op": op, "value": value}
    found = only_leaf(rule, cards(*days_ago))
    assert found.flip is not None
    assert (found.flip.kind, found.flip.words) == (kind, words)
    if kind == "wait":
        assert found.turn is not None
        assert found.turn.at - AS_OF < found.flip.amount


# -- sequences -------------------------------------------------------------------------------------


def path(*steps: Any, **how: Any) -> dict[str, Any]:
    return {"sequence": [{"did": step} if isinstance(step, str) else step for step in steps], **how}


def shop(**times_of: list[float]) -> World:
    """Return events of entity 1 so many days ago, all of product 7."""
    rows: dict[str, list[Any]] = {}
    for source, days in times_of.items():
        rows[source] = [
            event(1, (AS_OF - day * DAY).isoformat(), id=f"{source}{day:g}", product=7)
            for day in days
        ]
    return world([1], model=UNGUARDED, **rows)


RETURNED = {"did": "upi", "absent": True, "within": "P14D"}


@pytest.mark.parametrize(
    ("rule", "seen", "truth", "value", "walked", "words"),
    [
        (
            path("view", "card"),
            {"view": [9, 5], "card": [7]},
            True,
            2,
            [("card7", (2,)), ("view9", (1,))],
            "1 fewer event at step 1",
        ),
        (path("view", "card"), {"view": [9, 8], "card": [7, 6]}, True, 2, None, None),
        (path("view", "card"), {"card": [7]}, False, 0, [], "2 more events from step 1 on"),
        (
            path("view", "card", "upi"),
            {"view": [9], "card": [7]},
            False,
            2,
            [("card7", (2,)), ("view9", (1,))],
            "1 more event from step 3 on",
        ),
        (
            path("view", {"did": "card", "within": "P1D"}),
            {"view": [9], "card": [7]},
            False,
            1,
            [("view9", (1,))],
            "1 more event from step 2 on",
        ),
        (
            path("card", RETURNED),
            {"card": [7]},
            False,
            1,
            [("card7", (1,))],
            "nothing more for 7 days",
        ),
        (
            path("card", RETURNED),
            {"card": [7], "upi": [5]},
            False,
            1,
            [("card7", (1,))],
            "no event of the absent step at the end",
        ),
        (
            path("view", RETURNED, "card"),
            {"view": [9], "upi": [8], "card": [7]},
            False,
            1,
            [("view9", (1,))],
            "1 more event from step 3 on",
        ),
        (
            path("view", "card", same=["product"]),
            {"view": [9], "card": [7]},
            True,
            2,
            [("card7", (2,)), ("view9", (1,))],
            "1 fewer event at step 1",
        ),
    ],
)
def test_sequences(
    rule: Any, seen: Any, truth: bool, value: int, walked: Any, words: str | None
) -> None:
    found = only_leaf(rule, shop(**seen))
    assert (found.truth, found.value) == (truth, value)
    assert found.evidence is not None
    if walked is not None:
        assert [(row.identity, row.steps) for row in found.evidence.rows] == walked
    if words is None:
        assert found.flip is None
        assert "more than one way" in str(found.reason)
    else:
        assert found.flip is not None
        assert found.flip.words == words


def test_a_sequence_says_how_far_it_came() -> None:
    found = only_leaf(path("view", "card", "upi"), shop(view=[9]))
    assert (found.value_words, found.threshold_words) == ("1 of 3 steps", "all 3 steps in order")
    found = only_leaf(path("card", RETURNED), shop(card=[7]))
    assert (found.value_words, found.threshold_words) == ("1 of 1 step", "the step")
    assert found.changes_at == AS_OF + 7 * DAY


def test_thousands_of_events_are_walked_in_no_time() -> None:
    start = datetime(2026, 1, 1, tzinfo=AS_OF.tzinfo)
    views = [event(1, (start + timedelta(minutes=n)).isoformat()) for n in range(3000)]
    seen = world([1], model=UNGUARDED, view=views)
    rule = path("view", "view", "view", {"did": "view", "not_before": "P30D"})
    assert only_leaf(rule, seen).value == 3


def test_leaves_tell_where_they_stood() -> None:
    found = only_leaf({"all": [{"any": [did()]}]}, cards(1))
    leaf: ResolvedLeaf = found.leaf
    assert leaf.path == "$.all[0].any[0]"
    assert found.changes_at == utc("2026-06-13T06:30:00.000001")
