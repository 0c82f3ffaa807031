"""What a rule is drawn about: the model, the values that its rows hold, the time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from muster.base.datamodel import DataModel, Field
from muster.rules.world import Published, World
from tests.strategies.chooser import Chooser

Values = Mapping[str, Sequence[Any]]
"""Field name -> values its rows hold, nulls left out."""


@dataclass(frozen=True)
class Grammar:
    """Which parts of the language a draw may use.

    Attributes:
        depth: how deep groups may nest.
        shiftable: leave out all that depends on the calendar, so that a rule means the same when
            rows and ``as_of`` move together by whole weeks.
        ranks: metrics may be ranked; not in the condition of a universe, which ranks count among.
    """

    depth: int = 4
    shiftable: bool = False
    ranks: bool = True


WHOLE = Grammar()


@dataclass(frozen=True)
class Setting:
    """Everything the drawing functions need.

    Attributes:
        gaps: lengths that lie between some events.
        zone: in which local date-times of the rule are read.
        default_window: whether the rule has a start_date, so that conditions without a window
            of their own have one with a beginning; None = it has no dates at all.
    """

    choose: Chooser
    model: DataModel
    attribute_values: Values
    event_values: Mapping[str, Values]
    segments: Mapping[str, tuple[Published, ...]]
    as_of: datetime
    zone: ZoneInfo
    instants: Sequence[datetime]
    days: Sequence[date]
    gaps: Sequence[str]
    grammar: Grammar = WHOLE
    default_start: bool | None = None

    def without_ranks(self) -> Setting:
        """Return the setting for the condition of a universe."""
        return replace(self, grammar=replace(self.grammar, ranks=False))

    def events_of(self, names: Iterable[str]) -> tuple[dict[str, Field], Values]:
        """Return the fields that events share, and the values their rows hold."""
        sources = {source.name: source for name in names for source in self.model.sources_of(name)}
        fields = self.model.shared_fields(tuple(sources.values()))
        return fields, {
            name: [value for source in sources for value in self.event_values[source][name]]
            for name in fields
        }


def setting_of(
    choose: Chooser,
    world: World,
    *,
    as_of: datetime,
    instants: Sequence[datetime],
    days: Sequence[date],
    gaps: Sequence[str],
    grammar: Grammar = WHOLE,
) -> Setting:
    """Return the setting of a world."""
    rows = list(world.entities.values())
    return Setting(
        choose,
        world.model,
        _values(world.model.attributes, rows),
        {
            name: _values(source.fields, [row for _, row in world.events.get(name, ())])
            for name, source in world.model.events.items()
        },
        world.segments,
        as_of,
        ZoneInfo(world.model.time_zone),
        instants,
        days,
        gaps,
        grammar,
    )


def _values(names: Iterable[str], rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows if row.get(name) is not None] for name in names}
