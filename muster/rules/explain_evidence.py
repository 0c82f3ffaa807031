"""The events behind an answer, newest first, and changes in their number in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from muster.rules.evaluate_events import Happened
from muster.rules.explain_records import MAX_EVIDENCE, Change, EventRow, Evidence
from muster.rules.explain_words import plural


def evidence_of(
    events: Sequence[Happened], steps_of: Callable[[Happened], tuple[int, ...]] | None = None
) -> Evidence:
    """Return the newest events of those that count, and how many there are."""
    newest = list(reversed(events))[:MAX_EVIDENCE]
    rows = tuple(
        EventRow(
            event.at,
            event.source,
            event.row.get("id"),
            event.row,
            () if steps_of is None else steps_of(event),
        )
        for event in newest
    )
    return Evidence(len(events), rows)


def number_change(
    now: int, fitting: Iterable[int], *, one: str = "event", many: str | None = None
) -> Change | None:
    """Return the change to the nearest fitting number; between equals, fewer comes first."""
    target = min((n for n in fitting if n >= 0), key=lambda n: (abs(n - now), n), default=None)
    if target is None:
        return None
    more = target > now
    amount = abs(target - now)
    words = plural(amount, f"{'more' if more else 'fewer'} {one}", _many(more, one, many))
    return Change("more_events" if more else "fewer_events", words, amount, target)


def _many(more: bool, one: str, many: str | None) -> str:
    return f"{'more' if more else 'fewer'} {many or one + 's'}"


def events_change(add: Sequence[tuple[int, str]], remove: Sequence[tuple[int, str]]) -> Change:
    """Say how many events would have to come and go, each with where: ``1 more event before it``.

    ``amount`` is given where one number says it all.
    """
    parts = [f"{plural(n, 'more event', 'more events')} {where}" for n, where in add]
    parts += [f"{plural(n, 'fewer event', 'fewer events')} {where}" for n, where in remove]
    numbers = [n for n, _ in (*add, *remove)]
    kind = "more_events" if add else "fewer_events"
    return Change(kind, " and ".join(parts), numbers[0] if len(numbers) == 1 else None)
