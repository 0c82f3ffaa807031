"""Drawn edits, undos and redos of two people against a plain model of the desk.

After each step state and versions agree; the kept changes, replayed, lead to the present; and
undoing everything restores the first state. MUSTER_DESK_STEPS draws longer sequences.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from muster.base.errors import CellsChanged, Conflict
from muster.base.order_changes import CellChange, Draft, ItemDelete, NewItem
from muster.services.context import WorkspaceContext
from muster.services.orders.changing import apply
from muster.services.orders.opening import open_desk
from muster.services.orders.undoing import redo, undo, undo_stack
from muster.store.orders import changesets, tables
from tests.orders_shop import world
from tests.services.orders.changes import content

STEPS = int(os.environ.get("MUSTER_DESK_STEPS", "40"))
W = world()
OPEN = [one.order_id for one in W.orders if one.status == "pending" and one.kind == "sale"][:3]
BUYERS = sorted({str(W.order(one).customer_id) for one in OPEN})
ACTORS = ("ann", "bob")
Slot = tuple[str, str, str]
"""Entity, key and column; a line as a whole has the column "*" and its product."""


@dataclass
class Deed:
    """What the model remembers of a changeset."""

    id: int
    actor: str
    changes: dict[Slot, tuple[Any, Any]]
    undoes: Deed | None = None
    undone: bool = False


@dataclass
class Model:
    """The desk in a few lines: cells, versions of rows, deeds."""

    cells: dict[Slot, Any]
    versions: Counter[tuple[str, str]]
    deeds: list[Deed] = field(default_factory=list)

    def write(self, deed: Deed) -> None:
        """Do a deed; each row it touches is one version newer, and each order whose lines are."""
        rows = set()
        for slot, (_, new) in deed.changes.items():
            entity, key, column = slot
            rows.add((entity, key))
            if entity == "item" and column in ("quantity", "*"):
                rows.add(("order", key.split("/")[0]))
            if new is None and column == "*":
                del self.cells[slot]
            else:
                self.cells[slot] = new
        self.versions.update(rows)
        self.deeds.append(deed)

    def fits(self, slot: Slot, value: Any) -> bool:
        """Whether a slot holds what a deed left there."""
        return self.cells.get(slot) == value

    def reverse(self, source: Deed, target: Deed, *, deed_id: int, actor: str) -> int:
        """Put back what still fits; return how much was left."""
        back = {
            slot: (new, old) for slot, (old, new) in source.changes.items() if self.fits(slot, new)
        }
        left = [
            slot
            for slot, (old, _) in source.changes.items()
            if slot not in back and not self.fits(slot, old)
        ]
        target.undone = True
        if target.undoes is not None:
            target.undoes.undone = False
        self.write(Deed(deed_id, actor, back, undoes=target))
        return len(left)

    def to_undo(self, actor: str) -> Deed | None:
        own = (one for one in reversed(self.deeds) if one.actor == actor)
        return next((one for one in own if one.undoes is None and not one.undone), None)

    def to_redo(self, actor: str) -> Deed | None:
        for one in reversed([one for one in self.deeds if one.actor == actor]):
            if one.undoes is None:
                return None
            if one.undoes.undoes is None and not one.undone:
                return one
        return None

    def latest(self, target: Deed) -> Deed:
        """Return what last did what a deed did: the deed or a redo of its undo."""
        redone = [
            one for one in self.deeds if one.undoes is not None and one.undoes.undoes is target
        ]
        return redone[-1] if redone else target


def first_model(context: WorkspaceContext) -> Model:
    cells: dict[Slot, Any] = {}
    for order_id in OPEN:
        row = W.order(order_id)
        cells |= {
            ("order", str(order_id), name): getattr(row, name) for name in ("note", "channel")
        }
        (first, *_) = W.items_of(order_id)
        cells[("item", f"{order_id}/{first.line_no}", "quantity")] = first.quantity
    for buyer in BUYERS:
        cells[("customer", buyer, "city")] = W.customers[int(buyer[1:]) - 1].city
    return Model(cells, present(context)[1])


def present(context: WorkspaceContext) -> tuple[dict[Slot, Any], Counter[tuple[str, str]]]:
    """Return cells and versions as the desk has them; drawn lines by their product."""
    cells: dict[Slot, Any] = {}
    versions: Counter[tuple[str, str]] = Counter()
    with open_desk(context) as (connection, _):
        for row in connection.execute(
            select(tables.orders).where(tables.orders.c.order_id.in_(OPEN))
        ):
            versions[("order", str(row.order_id))] = row.row_version
            for name in ("note", "channel"):
                cells[("order", str(row.order_id), name)] = getattr(row, name)
        items = tables.order_items
        for row in connection.execute(select(items).where(items.c.order_id.in_(OPEN))):
            key = f"{row.order_id}/{row.line_no}"
            if row.line_no == 1:
                versions[("item", key)] = row.row_version
                cells[("item", key, "quantity")] = row.quantity
            elif row.unit_price == 1:
                cells[("item", key, "*")] = row.product_id
        asked = select(tables.customers).where(tables.customers.c.customer_id.in_(BUYERS))
        for row in connection.execute(asked):
            versions[("customer", row.customer_id)] = row.row_version
            cells[("customer", row.customer_id, "city")] = row.city
    return cells, versions


class Desk:
    """Draws steps, takes them on the desk and on the model."""

    def __init__(self, context: WorkspaceContext, seed: int) -> None:
        self.chance = random.Random(seed)
        self.model = first_model(context)
        self._context = context
        self.stale = dict(self.model.cells)  # what somebody may still see

    def of(self, actor: str) -> WorkspaceContext:
        return replace(self._context, principal=replace(self._context.principal, name=actor))

    def edit(self, actor: str) -> None:
        """Change one to three cells, some as they were a while ago; add or delete a line."""
        slots = [slot for slot in self.model.cells if slot[2] != "*"]
        chosen = self.chance.sample(slots, self.chance.randint(1, 3))
        seen = self.stale if self.chance.random() < 0.2 else self.model.cells
        wanted = {slot: self._value(slot[2]) for slot in chosen}
        added, gone = self._lines()
        draft = Draft(
            uuid4(),
            "edit",
            cells=tuple(
                CellChange(entity, key, column, seen[entity, key, column], value)  # type: ignore
                for (entity, key, column), value in wanted.items()
            ),
            item_inserts=tuple(NewItem(*one, 1, "1.00") for one in added),
            item_deletes=tuple(
                ItemDelete(*(int(part) for part in key.split("/"))) for _, key, _ in gone
            ),
        )
        clashing = {
            slot
            for slot, value in wanted.items()
            if self.model.cells[slot] not in (value, seen[slot])
        }
        try:
            done = apply(self.of(actor), draft)
        except CellsChanged as refused:
            told = {(one.entity, one.key, one.field) for one in refused.conflicts}
            assert told == clashing
            self.stale = dict(self.model.cells)
            return
        assert not clashing
        changes = {
            slot: (self.model.cells[slot], value)
            for slot, value in wanted.items()
            if self.model.cells[slot] != value
        }
        changes |= {slot: (self.model.cells[slot], None) for slot in gone}
        changes |= self._made(done.changeset_id, dict(added))
        if changes:
            self.model.write(Deed(done.changeset_id, actor, changes))
        assert done.cells == len(changes)

    def reverse(self, actor: str, *, kind: str) -> None:
        do, find = (undo, self.model.to_undo) if kind == "undo" else (redo, self.model.to_redo)
        target = find(actor)
        if target is None:
            with pytest.raises(Conflict):
                do(self.of(actor), uuid4())
            return
        source = self.model.latest(target) if kind == "undo" else target
        done = do(self.of(actor), uuid4())
        assert done.undone == target.id
        left = self.model.reverse(source, target, deed_id=done.changeset_id, actor=actor)
        assert len(done.skipped) == left

    def check(self) -> None:
        cells, versions = present(self._context)
        assert cells == self.model.cells
        same = {row: self.model.versions[row] for row in versions}
        assert versions == same
        for actor in ACTORS:
            stack = undo_stack(self.of(actor))
            expected = (self.model.to_undo(actor), self.model.to_redo(actor))
            found = (stack.undo, stack.redo)
            assert [one and one.id for one in found] == [one and one.id for one in expected]

    def _value(self, column: str) -> Any:
        if column == "quantity":
            return self.chance.randint(1, 4)
        if column == "channel":
            return self.chance.choice(["web", "app", None])
        return self.chance.choice(["Graz", "Linz", "Wien"])

    def _lines(self) -> tuple[list[tuple[int, str]], list[Slot]]:
        added, gone = [], []
        if self.chance.random() < 0.2:
            added.append((self.chance.choice(OPEN), f"SKU-0{self.chance.randint(10, 20)}"))
        made = [slot for slot in self.model.cells if slot[2] == "*"]
        if made and self.chance.random() < 0.2:
            gone.append(self.chance.choice(made))
        return added, gone

    def _made(self, changeset_id: int | None, added: dict[int, str]) -> dict[Slot, tuple[Any, Any]]:
        """Return the lines a deed added; the desk chose their numbers."""
        if not added:
            return {}
        with open_desk(self._context) as (connection, _):
            told = changesets.changes_of(connection, changeset_id or 0)
        return {
            ("item", one.key, "*"): (None, one.new["product_id"])
            for one in told
            if one.op == "insert"
        }


def replayed(context: WorkspaceContext, cells: dict[Slot, Any]) -> dict[Slot, Any]:
    """Return the cells after all that changesets tell; each change begins where the last ended."""
    found = dict(cells)
    table = tables.changes
    asked = select(table).order_by(table.c.changeset_id, table.c.seq)
    with open_desk(context) as (connection, _):
        rows = connection.execute(asked).all()
    for row in rows:
        slot = (row.entity, row.key, row.field or "*")
        if row.op != "update":
            if row.op == "delete":
                assert found.pop(slot) == row.old["product_id"]
            else:
                found[slot] = row.new["product_id"]
        elif slot in found:
            assert found[slot] == row.old
            found[slot] = row.new
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_the_desk_does_what_a_plain_model_does(desk_context, seed) -> None:
    desk = Desk(desk_context, seed)
    first = dict(desk.model.cells)
    for _ in range(STEPS):
        actor = desk.chance.choice(ACTORS)
        step = desk.chance.random()
        if step < 0.6:
            desk.edit(actor)
        else:
            desk.reverse(actor, kind="undo" if step < 0.85 else "redo")
        desk.check()
    assert replayed(desk_context, first) == desk.model.cells


def test_undoing_everything_restores_the_first_state(desk_context) -> None:
    before = content(desk_context)
    desk = Desk(desk_context, seed=3)
    for _ in range(STEPS):
        desk.edit(desk.chance.choice(ACTORS))
    assert content(desk_context) != before
    for deed in list(reversed(desk.model.deeds)):
        assert undo(desk.of(ACTORS[0]), uuid4(), deed.id).skipped == ()
    assert content(desk_context) == before
