"""What a number of the desk is as an audience: the rule for the people behind it, in the words of
the workspace's data model; none where that does not know the desk's tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias

from muster.base.datamodel import EventSource
from muster.base.errors import NotFound
from muster.services.context import WorkspaceContext
from muster.services.workspaces import current_model
from muster.store.orders.figures import UNCOUNTED

Node: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DayRule:
    """A rule to open in the builder: a title, and the definition as JSON."""

    title: str
    definition: Node


@dataclass(frozen=True, slots=True)
class DayRules:
    """Writes the rules of one local day.

    Attributes:
        orders, items: the data model's events on the desk's tables; None: it knows no such.
        narrowed: columns of orders that must have a value.
    """

    orders: EventSource | None
    items: EventSource | None
    day: date
    time_zone: str
    narrowed: Mapping[str, str]

    def ordered(self, title: str, **wanted: str) -> DayRule | None:
        """Who placed an order that day, one whose columns have these values."""
        return self._rule(title, self._did(self.orders, {**self.narrowed, **wanted}))

    def paid(self, title: str) -> DayRule | None:
        """Who placed an order that day that is neither cancelled nor refunded."""
        leaf = self._did(self.orders, self.narrowed)
        status = _field(self.orders, "status")
        if leaf is None or status is None:
            return None
        counted = {"not": {"field": status, "op": "in", "value": list(UNCOUNTED)}}
        return self._rule(title, {**leaf, "where": [*leaf.get("where", ()), counted]})

    def first(self, title: str) -> DayRule | None:
        """Who ordered for the first time that day; of some orders only there is no such rule."""
        leaf = None if self.narrowed else self._did(self.orders, {})
        return None if leaf is None else self._rule(title, {**leaf, "pattern": "first_time"})

    def again(self, title: str) -> DayRule | None:
        """Who ordered that day, and before that day."""
        leaf = self._did(self.orders, self.narrowed)
        if leaf is None:
            return None
        return self._rule(title, leaf, {"did": leaf["did"], "window": {"to": str(self.day)}})

    def bought(self, title: str, product_id: str) -> DayRule | None:
        """Who bought a product that day; items do not know their order's channel or status."""
        wanted = {**self.narrowed, "product_id": product_id}
        return self._rule(title, self._did(self.items, wanted))

    def _did(self, source: EventSource | None, wanted: Mapping[str, str]) -> Node | None:
        named = {_field(source, column): value for column, value in wanted.items()}
        if source is None or None in named:
            return None
        window = {"from": str(self.day), "to": str(self.day + timedelta(days=1))}
        tests = [{"field": name, "op": "=", "value": value} for name, value in named.items()]
        return {"did": source.name, "window": window, **({"where": tests} if tests else {})}

    def _rule(self, title: str, *leaves: Node | None) -> DayRule | None:
        known = [leaf for leaf in leaves if leaf is not None]
        return DayRule(title, {"where": known, "tz": self.time_zone}) if known else None


def rules_of_day(
    context: WorkspaceContext, day: date, *, time_zone: str, narrowed: Mapping[str, str]
) -> DayRules:
    """Return what writes the rules of a day by the workspace's data model."""
    try:
        sources = tuple(current_model(context).events.values())
    except NotFound:
        sources = ()
    by_table = {source.table: source for source in reversed(sources)}
    return DayRules(by_table.get("orders"), by_table.get("order_items"), day, time_zone, narrowed)


def _field(source: EventSource | None, column: str) -> str | None:
    """Return what the data model calls a column of a source's own table."""
    if source is None:
        return None
    fields = source.fields.items()
    return next((name for name, one in fields if one.column == column and not one.lookup), None)
