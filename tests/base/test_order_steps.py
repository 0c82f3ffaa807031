"""Ways between statuses, against a plain search that tries everything."""

from __future__ import annotations

import itertools

import pytest

from muster.base.order_steps import Means, Standing, Steps
from muster.base.orders import STATUSES, Transition

# from: (to, needs a reason, condition)
TABLE = {
    "pending": [("confirmed", 0, None), ("on_hold", 0, None), ("cancelled", 1, None)],
    "confirmed": [("processing", 0, None), ("on_hold", 0, None), ("cancelled", 1, None)],
    "processing": [("shipped", 0, None), ("on_hold", 0, None), ("cancelled", 1, None)],
    "on_hold": [
        ("pending", 0, "held_from"),
        ("confirmed", 0, "held_from"),
        ("processing", 0, "held_from"),
        ("cancelled", 1, None),
    ],
    "shipped": [("delivered", 0, None), ("returned", 0, None)],
    "delivered": [("returned", 0, None), ("refunded", 1, None)],
    "returned": [("refunded", 0, None)],
    "cancelled": [("refunded", 0, "paid")],
    "refunded": [],
}
TRANSITIONS = [
    Transition(start, to, "operator", bool(reason), condition)  # type: ignore[arg-type]
    for start, steps in TABLE.items()
    for to, reason, condition in steps
]
STEPS = Steps.of(TRANSITIONS)
STANDINGS = [
    Standing(status, held, paid)
    for status in STATUSES
    for held in (("pending", "confirmed", "processing") if status == "on_hold" else (None,))
    for paid in (False, True)
]


def ways(status, held, paid, target, gone=()):
    """Every way without a circle, as (statuses, needs a reason)."""
    for to, reason, condition in TABLE[status]:
        if (condition == "paid" and not paid) or (condition == "held_from" and to != held):
            continue
        if to == target:
            yield (to,), bool(reason)
        elif to not in gone:
            now_held = status if to == "on_hold" else None
            for rest, more in ways(to, now_held, paid, target, (*gone, status)):
                yield (to, *rest), bool(reason) or more


def plain(standing, target, has_reason):
    """The code and the statuses in between, found by trying everything."""
    if standing.status == target:
        return "SAME", ()
    found = sorted(ways(standing.status, standing.held_from, standing.paid, target), key=_worth)
    if not found:
        return None, ()
    shortest = [one for one in found if len(one[0]) == len(found[0][0])]
    free = [one for one in shortest if not one[1]]
    if not free and not has_reason:
        return "REASON_REQUIRED", ()
    via = (free or shortest)[0][0][:-1] if not has_reason else shortest[0][0][:-1]
    return ("STEPS" if via else "LEGAL"), via


def _worth(way):
    return len(way[0]), [STATUSES.index(status) for status in way[0]]


@pytest.mark.parametrize("has_reason", [False, True])
def test_every_verdict_is_what_trying_everything_finds(has_reason) -> None:
    for standing, target in itertools.product(STANDINGS, STATUSES):
        verdict = STEPS.verdict(standing, target, Means(reason=has_reason, admin=False))
        code, via = plain(standing, target, has_reason)
        if code is None:
            assert verdict.code in {
                "FINAL_STATUS", "NEVER_PAID", "HELD_ELSEWHERE", "ILLEGAL_TRANSITION",
            }, (standing, target)  # fmt: skip
        else:
            assert (verdict.code, verdict.via) == (code, via), (standing, target)


@pytest.mark.parametrize(
    ("standing", "target", "code", "sentence"),
    [
        (
            Standing("refunded", None, True), "pending",
            "FINAL_STATUS", "An order that is refunded stays so.",
        ),
        (
            Standing("shipped", None, True), "confirmed", "ILLEGAL_TRANSITION",
            "An order that is shipped cannot become confirmed, only delivered or returned.",
        ),
        (
            Standing("cancelled", None, False), "refunded", "NEVER_PAID",
            "It was never paid, and only a paid order can go from cancelled to refunded.",
        ),
        (
            Standing("on_hold", "confirmed", False), "pending",
            "HELD_ELSEWHERE", "It was confirmed when it was put on hold.",
        ),
        (
            Standing("processing", None, True), "cancelled",
            "REASON_REQUIRED", "To go from processing to cancelled needs a reason.",
        ),
        (
            Standing("pending", None, True), "shipped", "STEPS",
            "It first has to be confirmed, then processing; then it can be shipped.",
        ),
    ],
)  # fmt: skip
def test_a_verdict_says_why(standing, target, code, sentence) -> None:
    verdict = STEPS.verdict(standing, target, Means(reason=False, admin=True))
    assert (verdict.code, verdict.sentence) == (code, sentence)


def test_what_only_an_admin_may_do_is_refused_to_others_and_not_walked_around() -> None:
    steps = Steps.of([*TRANSITIONS, Transition("delivered", "shipped", "admin", False, None)])
    standing = Standing("delivered", None, True)
    assert steps.verdict(standing, "shipped", Means(True, False)).code == "ADMIN_REQUIRED"
    assert steps.verdict(standing, "shipped", Means(True, True)).code == "LEGAL"


def test_the_next_steps_are_those_whose_conditions_hold() -> None:
    held = [step.to_status for step in STEPS.next_of(Standing("on_hold", "confirmed", True))]
    assert held == ["confirmed", "cancelled"]
    assert not list(STEPS.next_of(Standing("cancelled", None, False)))
