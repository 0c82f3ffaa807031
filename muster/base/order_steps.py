"""Which way an order may take from one status to another, by the desk's table of transitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from muster.base.orders import STATUSES, Transition


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides about an order's next status; ``held_from`` only while it is on hold."""

    status: str
    held_from: str | None
    paid: bool


@dataclass(frozen=True, slots=True)
class Means:
    """What who acts brings along: a reason, and the role of an admin."""

    reason: bool
    admin: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a wished status means for an order.

    Attributes:
        code: ``SAME``, ``LEGAL``, ``STEPS`` (legal after others), or why it cannot be.
        sentence: says so; empty for SAME and LEGAL.
        via: the statuses in between, in order.
    """

    code: str
    sentence: str = ""
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Steps:
    """The transitions by the status they start from."""

    leaving: Mapping[str, tuple[Transition, ...]]

    @classmethod
    def of(cls, transitions: Sequence[Transition]) -> Steps:
        """Group transitions, in the order of statuses."""
        places = {status: place for place, status in enumerate(STATUSES)}
        ordered = sorted(transitions, key=lambda step: places.get(step.to_status, len(places)))
        starts = dict.fromkeys(step.from_status for step in ordered)
        return cls({at: tuple(s for s in ordered if s.from_status == at) for at in starts})

    def next_of(self, standing: Standing) -> Iterator[Transition]:
        """Yield the steps an order may take, by anybody with a reason."""
        for step in self.leaving.get(standing.status, ()):
            if _unmet(step, standing) is None:
                yield step

    def verdict(self, standing: Standing, target: str, means: Means) -> Verdict:
        """Say what a wished status means for an order.

        A step that only lacks a reason or a role is not walked around: the way around would say
        that something happened that did not.
        """
        if standing.status == target:
            return Verdict("SAME")
        direct = next(
            (s for s in self.leaving.get(standing.status, ()) if s.to_status == target), None
        )
        if direct is not None and _unmet(direct, standing) is None:
            return _lacking([direct], means) or Verdict("LEGAL")
        way = self._way(standing, target, means)
        if way:
            via = tuple(step.to_status for step in way[:-1])
            return _lacking(way, means) or Verdict("STEPS", _steps_sentence(via, target), via)
        unmet = None if direct is None else _unmet(direct, standing)
        return unmet or self._impossible(standing, target)

    def _way(self, standing: Standing, target: str, means: Means) -> list[Transition]:
        """Return the shortest way, of several the one that lacks least; empty if there is none."""
        waiting: list[tuple[int, int, int, Standing, list[Transition]]] = [(0, 0, 0, standing, [])]
        seen: set[Standing] = set()
        number = 0
        while waiting:
            length, lacks, _, at, way = heappop(waiting)
            if at.status == target:
                return way
            if at in seen:
                continue
            seen.add(at)
            for step in self.next_of(at):
                number += 1  # of equal ones the first by the order of statuses
                held = at.status if step.to_status == "on_hold" else None
                reached = Standing(step.to_status, held, at.paid)
                more = lacks + (_lacking([step], means) is not None)
                heappush(waiting, (length + 1, more, number, reached, [*way, step]))
        return []

    def _impossible(self, standing: Standing, target: str) -> Verdict:
        said = _said(standing.status)
        after = [_said(step.to_status) for step in self.next_of(standing)]
        if not after:
            return Verdict("FINAL_STATUS", f"An order that is {said} stays so.")
        return Verdict(
            "ILLEGAL_TRANSITION",
            f"An order that is {said} cannot become {_said(target)}, only {' or '.join(after)}.",
        )


def _unmet(step: Transition, standing: Standing) -> Verdict | None:
    """Return what keeps the order itself from a step."""
    if step.condition == "paid" and not standing.paid:
        return Verdict(
            "NEVER_PAID",
            f"It was never paid, and only a paid order can go from {_said(step.from_status)} to"
            f" {_said(step.to_status)}.",
        )
    if step.condition == "held_from" and step.to_status != standing.held_from:
        held = _said(standing.held_from or "nothing")
        return Verdict("HELD_ELSEWHERE", f"It was {held} when it was put on hold.")
    return None


def _lacking(way: Sequence[Transition], means: Means) -> Verdict | None:
    """Return what who acts lacks for a way."""
    for step in way:
        if step.role == "admin" and not means.admin:
            return Verdict(
                "ADMIN_REQUIRED", f"Only an admin may make an order {_said(step.to_status)} here."
            )
        if step.reason_required and not means.reason:
            return Verdict(
                "REASON_REQUIRED",
                f"To go from {_said(step.from_status)} to {_said(step.to_status)} needs a reason.",
            )
    return None


def _steps_sentence(via: tuple[str, ...], target: str) -> str:
    return f"It first has to be {', then '.join(map(_said, via))}; then it can be {_said(target)}."


def _said(status: str) -> str:
    return status.replace("_", " ")
