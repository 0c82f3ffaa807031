"""What weighing a deed needs to know, and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from muster.base.errors import Problem
from muster.base.order_changes import CellConflict
from muster.base.order_steps import Means, Steps
from muster.base.orders import Entity, OrderValue, Status
from muster.services.orders.units import Cell, Key, Units

Slot = tuple[Entity, Key, str]
"""A cell by its row and column."""

MISSING: dict[Entity, tuple[str, str]] = {
    "order": ("UNKNOWN_ORDER", "There is no such order any more."),
    "item": ("UNKNOWN_LINE", "There is no such line any more."),
    "customer": ("UNKNOWN_CUSTOMER", "There is no such customer."),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What else decides: the desk's tables, and what its rows refer to.

    Attributes:
        prices: of the products that are named and exist.
        references, emails: who has those that are to be given.
        undoing: rules that an undo need not keep are left out.
        importing: orders may be born in any status, and without lines.
    """

    statuses: Mapping[str, Status]
    steps: Steps
    means: Means
    prices: Mapping[str, Decimal | None]
    references: Mapping[str, int]
    emails: Mapping[str, str]
    undoing: bool = False
    importing: bool = False

    def is_frozen(self, status: object) -> bool:
        """Whether the lines of an order in this status are fixed."""
        return self.statuses[str(status)].items_frozen

    def said(self, status: object) -> str:
        """Return a status as sentences say it."""
        return self.statuses[str(status)].label.lower()


@dataclass(frozen=True, slots=True)
class Clash:
    """Something that somebody else changed meanwhile.

    Attributes:
        path: of the unit that it makes impossible.
        at: entity, key and column as changesets name them; the conflict has the sender's names.
    """

    path: str
    at: tuple[str, str, str | None]
    conflict: CellConflict


@dataclass(slots=True)
class Weighed:
    """What came out.

    Attributes:
        cells: those that really change something.
        faults: each with the path of the unit it makes impossible.
        clashes: what somebody else changed.
    """

    units: Units
    cells: dict[Slot, Cell] = field(default_factory=dict)
    faults: list[tuple[str, Problem]] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many cells change; a row that is made or goes is one."""
        units = self.units
        rows = len(units.lines) + len(units.gone_lines) + len(units.orders) + len(units.gone_orders)
        return len(self.cells) + rows

    @property
    def rebuilt(self) -> set[int]:
        """The orders whose lines really change, or that go."""
        changed = {int(key[0]) for entity, key, _ in self.cells if entity == "item"}
        return changed | self.units.rebuilt

    def wanted(self, entity: Entity) -> dict[Key, dict[str, OrderValue]]:
        """Return the new values of an entity's rows, by key and column."""
        found: dict[Key, dict[str, OrderValue]] = {}
        for (own, key, column), cell in self.cells.items():
            if own == entity:
                found.setdefault(key, {})[column] = cell.value
        return found

    def fault(self, path: str, code: str, sentence: str, hint: str | None = None) -> None:
        """Note that the unit at a path is impossible."""
        self.faults.append((path, Problem(code, path, sentence, hint)))
