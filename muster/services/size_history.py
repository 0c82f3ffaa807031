"""How large a rule would have been on each of the past days, and who leaves it in the next ones.

Computed from the data of today: by the ledger over the audience index where all that moves are
windows over events, else by evaluating the rule at each instant. Both say the same.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from datetime import time as clock_time
from typing import Literal
from zoneinfo import ZoneInfo

from muster.base.datamodel import DataModel
from muster.base.errors import Busy, InvalidInput
from muster.compile.bind import BoundRule
from muster.compile.plan import plan_rules
from muster.engines import bits
from muster.engines.bits import Words
from muster.engines.index.kernels import checked
from muster.engines.ledger import Ledger, Sizes, sizes_of
from muster.rules.duration import Duration, shift_instant, to_utc
from muster.rules.nodes import Definition, Member
from muster.rules.resolve import resolve_rule
from muster.rules.resolved import InArea, ResolvedRule, Test, leaves_of
from muster.services.context import WorkspaceContext
from muster.services.counting import DRAFT
from muster.services.evaluating import evaluate, live_instant
from muster.services.indexing import fresh_index
from muster.services.needed import needed_catalog
from muster.services.patience import ENDLESS, Patience
from muster.services.wave import Catalog, bound_rules
from muster.services.workspaces import current_model

MOST_DAYS = 800
MOST_AHEAD = 90
Method = Literal["ledger", "evaluated"]


@dataclass(frozen=True, slots=True)
class PastSize:
    """The rule at one instant; ``entered`` and ``left`` since the day before, None on the first."""

    as_of: datetime
    size: int
    universe: int
    unknown: int
    entered: int | None
    left: int | None


@dataclass(frozen=True, slots=True)
class Leaving:
    """How many of today's members will have left by an instant, unless something happens."""

    by: datetime
    members: int


@dataclass(frozen=True, slots=True)
class SizeHistory:
    """A rule's sizes, the oldest first; the last is that of ``as_of``.

    Attributes:
        method: how the past was computed; both methods are exact.
        notes: what is taken to be as it is today, as sentences.
    """

    rule: ResolvedRule
    points: tuple[PastSize, ...]
    leaving: tuple[Leaving, ...]
    method: Method
    notes: tuple[str, ...]
    seconds: float


def size_history(
    context: WorkspaceContext,
    definition: Definition,
    *,
    days: int = 90,
    ahead: int = 0,
    as_of: datetime | None = None,
    local_time: clock_time | None = None,
    patience: Patience = ENDLESS,
) -> SizeHistory:
    """Return a rule's size on each of the past days, as it would have been.

    Args:
        days: how many days before the last.
        ahead: for so many days to come, how many leave unless something happens.
        as_of: the last instant; now if left out. Days are at its time of day in the rule's zone.
        local_time: days are at this time of day in the rule's zone instead.

    Raises:
        InvalidInput: BAD_DAYS. InvalidRule: it does not fit the data model.
        Busy: CLIENT_GONE, COUNT_TIMEOUT. EngineFailed: the warehouse failed.
    """
    started = time.perf_counter()
    if not 0 <= days <= MOST_DAYS or not 0 <= ahead <= MOST_AHEAD:
        raise InvalidInput(
            "BAD_DAYS", f"A history has up to {MOST_DAYS} days, and {MOST_AHEAD} to come."
        )
    model = current_model(context)
    needed = needed_catalog(context, model, {DRAFT: definition})
    rule = resolve_rule(definition, model, segments=needed.known)
    zone = ZoneInfo(rule.time_zone)
    last = to_utc(live_instant(context, as_of))
    if local_time is not None:
        last = _last_at(local_time, last, zone)
    past = _Question(context, needed.catalog, _days(last, zone, range(days, -1, -1), -1), patience)
    sizes, method = past.sizes()
    leaving: tuple[Leaving, ...] = ()
    if ahead:
        future = _Question(
            context, needed.catalog, _days(last, zone, range(ahead + 1), 1), patience
        )
        kept = future.sizes()[0].kept.tolist()
        leaving = tuple(
            Leaving(at, kept[0] - still) for at, still in zip(future.instants, kept, strict=True)
        )[1:]
    return SizeHistory(
        rule,
        _points(past.instants, sizes),
        leaving,
        method,
        _notes(rule, needed.catalog.model),
        time.perf_counter() - started,
    )


class _Question:
    """One rule at several instants in ascending order."""

    def __init__(
        self,
        context: WorkspaceContext,
        catalog: Catalog,
        instants: Sequence[datetime],
        patience: Patience,
    ) -> None:
        self._context = context
        self._catalog = catalog
        self.instants = instants
        self._patience = patience
        self._begun = time.monotonic()

    def sizes(self) -> tuple[Sizes, Method]:
        """Return the sizes, and how they were computed."""
        waves = [bound_rules(self._catalog, [DRAFT], as_of=instant) for instant in self.instants]
        found = self._by_ledger(waves)
        if found is not None:
            return found, "ledger"
        evaluated = [self._evaluated(wave) for wave in waves]
        size = 64 * max(len(words) for sets in evaluated for words in sets)
        grown = [tuple(bits.grown(words, size) for words in sets) for sets in evaluated]
        return sizes_of(grown), "evaluated"

    def _by_ledger(self, waves: Sequence[tuple[BoundRule, ...]]) -> Sizes | None:
        """What does not move is asked once, at the last instant."""
        context = self._context
        index = fresh_index(context, self._catalog.model)
        if index is None:
            return None
        plan = plan_rules(waves[-1], as_of=self.instants[-1])
        evaluated = evaluate(context, plan, self._catalog, patience=self._patience)
        if evaluated.present is not index.present:  # loaded meanwhile
            return None
        ledger = Ledger.of(waves, index, evaluated.answers)
        if ledger is None:
            return None
        return ledger.sizes(threads=context.resources.threads, gone=self._patience.gone)

    def _evaluated(self, wave: tuple[BoundRule, ...]) -> tuple[Words, Words, Words]:
        checked(self._patience.gone)
        if self._patience.seconds is not None:
            spent = time.monotonic() - self._begun
            if spent >= self._patience.seconds:
                raise Busy(
                    "COUNT_TIMEOUT",
                    f"The history needed more than the {self._patience.seconds:g} seconds it is"
                    " given here.",
                    hint="Ask for fewer days, or for one with an audience index.",
                )
        plan = plan_rules(wave, as_of=wave[-1].moment.as_of)
        evaluated = evaluate(self._context, plan, self._catalog, patience=self._patience)
        outcome = evaluated.outcomes[DRAFT]
        return outcome.members, outcome.universe, outcome.unknown


def _days(last: datetime, zone: ZoneInfo, numbers: Sequence[int], sign: int) -> list[datetime]:
    """Return instants so many days away, at one time of day on the clock of the zone."""
    return [
        shift_instant(last, Duration(days=number), zone=zone, sign=sign) if number else last
        for number in numbers
    ]


def _last_at(wanted: clock_time, last: datetime, zone: ZoneInfo) -> datetime:
    """Return the last instant at a time of day that is not after another."""
    local = last.astimezone(zone)
    found = to_utc(datetime.combine(local.date(), wanted, tzinfo=zone))
    if found <= last:
        return found
    return shift_instant(found, Duration(days=1), zone=zone, sign=-1)


def _points(instants: Sequence[datetime], sizes: Sizes) -> tuple[PastSize, ...]:
    columns = (sizes.size, sizes.universe, sizes.unknown, sizes.entered, sizes.left)
    rows = zip(instants, *(column.tolist() for column in columns), strict=True)
    return tuple(
        PastSize(at, size, universe, unknown, entered if place else None, left if place else None)
        for place, (at, size, universe, unknown, entered, left) in enumerate(rows)
    )


def _notes(rule: ResolvedRule, model: DataModel) -> tuple[str, ...]:
    """Say what the past is taken to have been like."""
    nodes = [rule.where, *([] if rule.universe is None else [rule.universe])]
    leaves = [leaf for node in nodes for leaf in leaves_of(node)] + list(rule.exclude)
    held = dict.fromkeys(
        leaf.field.label or leaf.field.name for leaf in leaves if isinstance(leaf, Test | InArea)
    )
    members = dict.fromkeys(
        str(leaf.listed or leaf.segment) for leaf in leaves if isinstance(leaf, Member)
    )
    who = model.entity.label or model.entity.name
    notes = [f"{who}: those who were deleted since are missing; events that came late count."]
    if held:
        notes.append(f"Attributes are as they are today: {', '.join(held)}.")
    if members:
        notes.append(
            "Lists, and segments that are not recomputed with the rule, are as they are today:"
            f" {', '.join(members)}."
        )
    return tuple(notes)
