"""What one wish means for many orders: whose it is already, who may, who may not and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from muster.base.order_steps import Means, Standing, Steps, Verdict
from muster.base.order_values import same_value
from muster.base.orders import OrderValue

_NAMED = 100
_DATES = ("order_date", "shipped_at", "delivered_at")


@dataclass(frozen=True, slots=True)
class Target:
    """An order that would change: from which values, and through which statuses."""

    order_id: int
    bases: Mapping[str, OrderValue]
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Orders that cannot change for one reason; ``order_ids`` are the first of them."""

    code: str
    sentence: str
    count: int
    order_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """Orders that need the same statuses in between; ``order_ids`` are the first of them."""

    via: tuple[str, ...]
    count: int
    order_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Classified:
    """All orders of a selection, each in one of these.

    Attributes:
        legal: would change; with ``steps`` also those that need statuses in between.
        same: how many are as wished already.
        short: those that need statuses in between.
    """

    matching: int
    legal: tuple[Target, ...]
    same: int
    illegal: tuple[Refused, ...]
    short: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What each order is to be like; ``steps``: through as many statuses as it takes."""

    values: Mapping[str, OrderValue]
    steps: bool
    means: Means


def classify(rows: Iterable[Any], wish: Wish, steps: Steps) -> Classified:
    """Divide orders by what a wish means for them.

    Args:
        rows: with ``order_id`` and the columns `store.orders.bulk.STATE` and those wished.
    """
    verdicts: dict[tuple[Standing, str | None], Verdict] = {}
    legal: list[Target] = []
    refused: dict[tuple[str, str], list[int]] = {}
    short: dict[tuple[str, ...], list[int]] = {}
    matching = same = 0
    for row in rows:
        matching += 1
        paid = wish.values.get("paid_at", row.paid_at) is not None
        state = (Standing(row.status, row.held_from, paid), _dates_fault(row, wish.values))
        if state not in verdicts:
            verdicts[state] = _verdict(*state, wish, steps)
        verdict = verdicts[state]
        if verdict.code == "STEPS":
            short.setdefault(verdict.via, []).append(row.order_id)
            if not wish.steps:
                continue
        elif verdict.code not in ("SAME", "LEGAL"):
            refused.setdefault((verdict.code, verdict.sentence), []).append(row.order_id)
            continue
        bases = {
            name: getattr(row, name)
            for name, value in wish.values.items()
            if not same_value(getattr(row, name), value)
        }
        if bases:
            legal.append(Target(row.order_id, bases, verdict.via))
        else:
            same += 1
    return Classified(
        matching,
        tuple(legal),
        same,
        tuple(
            Refused(code, sentence, len(ids), tuple(ids[:_NAMED]))
            for (code, sentence), ids in _largest(refused)
        ),
        tuple(Way(via, len(ids), tuple(ids[:_NAMED])) for via, ids in _largest(short)),
    )


def _verdict(standing: Standing, dates_fault: str | None, wish: Wish, steps: Steps) -> Verdict:
    target = wish.values.get("status", standing.status)
    verdict = steps.verdict(standing, str(target), wish.means)
    if dates_fault is not None and verdict.code in ("SAME", "LEGAL", "STEPS"):
        return Verdict("DATES_OUT_OF_ORDER", dates_fault)
    return verdict


def _dates_fault(row: Any, values: Mapping[str, OrderValue]) -> str | None:
    """Return what is wrong with an order's dates once the wished ones are among them."""
    if not any(name in values for name in _DATES):
        return None
    ordered, shipped, delivered = (values.get(name, getattr(row, name)) for name in _DATES)
    if _before(shipped, ordered):
        return "It would be shipped before it was ordered."
    if _before(delivered, shipped or ordered):
        return f"It would be delivered before it was {'shipped' if shipped else 'ordered'}."
    return None


def _before(first: OrderValue, second: OrderValue) -> bool:
    return isinstance(first, datetime) and isinstance(second, datetime) and first < second


def _largest(groups: Mapping[Any, Sequence[int]]) -> list[tuple[Any, Sequence[int]]]:
    return sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
