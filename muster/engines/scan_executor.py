"""Answers atoms by SQL: one SELECT per stage on the warehouse, answers back as bits.

It takes every stage there is; what an audience index can say faster does not come here.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from muster.base.datamodel import DataModel
from muster.base.errors import InvalidFile
from muster.compile.aggregates import empty_truth
from muster.compile.atoms import Atom, MemberAtom, RankAtom
from muster.compile.bind import BoundLimit, BoundRule
from muster.compile.fields import column, table
from muster.compile.paths import path_scan
from muster.compile.plan import EntityStage, EventStage, MemberStage, PathStage, Stage
from muster.compile.relations import entity_key, entity_select
from muster.compile.scans import (
    KEYS_TABLE,
    entity_scan,
    event_scan,
    limit_scan,
    moment_of,
    rank_scan,
)
from muster.compile.statement import Statement
from muster.engines import bits
from muster.engines.base import Warehouse
from muster.engines.bits import Mask, Words
from muster.engines.entities import EntityDictionary, are_distinct
from muster.engines.times import StageTime
from muster.rules.truth import Truth

ENTITIES_TABLE = "muster_entities"
_INTEGERS = ("i", "u")


class EmbeddedWarehouse(Warehouse, Protocol):
    """A warehouse that also takes keys from memory as a temporary table."""

    def register_keys(self, name: str, keys: NDArray[Any]) -> None:
        """Make (or replace) the temporary table ``name`` with one column ``key``."""


def entity_keys(warehouse: Warehouse, model: DataModel) -> tuple[NDArray[Any], StageTime]:
    """Return the distinct entity keys, int64 or text for every other type, and what it took.

    Raises:
        InvalidFile: DUPLICATE_KEYS, they are not unique.
    """
    started = time.perf_counter()

    def read(tree: exp.Select) -> NDArray[Any]:
        purpose = "entity keys"
        statement = Statement.of(tree, dialect=warehouse.dialect, purpose=purpose)
        return _plain(warehouse.columns(statement)["k"])

    def keys(value: exp.Expr) -> exp.Select:
        select = entity_select(model, [exp.alias_(value, "k")], ())
        return select.where(exp.Not(this=exp.Is(this=entity_key(model), expression=exp.null())))

    found = read(keys(entity_key(model)))
    if found.dtype.kind not in _INTEGERS:
        found = read(keys(exp.cast(entity_key(model), exp.DType.VARCHAR))).astype(object)
    else:
        found = found.astype(np.int64)
    if not are_distinct(found):
        raise InvalidFile(
            "DUPLICATE_KEYS",
            f'The key "{model.entity.key}" of table "{model.entity.table}" is not unique.',
            hint="Run `muster check`; `muster load` keeps one row per key.",
        )
    return found, StageTime("entity keys", time.perf_counter() - started, len(found))


class ScanExecutor:
    """Runs the stages of one plan on one warehouse; ``times`` tells of each statement."""

    def __init__(
        self,
        warehouse: EmbeddedWarehouse,
        model: DataModel,
        *,
        as_of: datetime,
        entities: EntityDictionary,
        present: Words,
    ) -> None:
        self._warehouse = warehouse
        self._model = model
        self._as_of = as_of
        self._entities = entities
        self._size = entities.size
        self._present = present
        self._registered = not entities.is_text
        self.times: list[StageTime] = []

    def answer(self, stage: Stage, what: str) -> dict[Atom, Mask]:
        """Run one stage's SELECT; ``what`` names it in the times."""
        match stage:
            case EntityStage(atoms):
                ordinals, answers = self._answers(entity_scan(atoms, self._model), what)
                return {
                    atom: self._mask(ordinals, answers[f"a{index}"], False)
                    for index, atom in enumerate(atoms)
                }
            case EventStage(scan, events):
                tree = event_scan(scan, events, self._model, self._as_of)
                ordinals, answers = self._answers(tree, what)
                return {
                    atom: self._mask(
                        ordinals,
                        answers[f"a{index}"],
                        empty_truth(atom.having, moment_of(self._as_of, atom.zone)),
                    )
                    for index, atom in enumerate(events)
                }
            case PathStage(path):
                ordinals, answers = self._answers(path_scan(path, self._model), what)
                return {path: self._mask(ordinals, answers["a0"], False)}
            case MemberStage(member):
                return {member: self._listed(member)}
            case _:
                raise AssertionError(f"not a scan: {what}")

    def rank(self, atom: RankAtom, universe: Words) -> Mask:
        """Rank the entities of a universe; all others are unknown."""
        self._register(universe)
        tree = rank_scan(atom, self._model, self._as_of)
        ordinals, answers = self._answers(tree, f"rank by {atom.aggregate.output.label}")
        return self._mask(ordinals, answers["a0"], None)

    def first(self, limit: BoundLimit, rule: BoundRule, members: Words) -> Words:
        """Return those of the members that a rule's limit keeps."""
        self._register(members)
        tree = limit_scan(limit, self._model, rule.moment)
        kept, _ = self._answers(tree, f"first {limit.n} of {rule.name}")
        return bits.from_ordinals(kept, self._size)

    def numbers(
        self, tree: exp.Select, what: str
    ) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
        """Run a SELECT of ``k`` and further columns; return ordinals and those columns."""
        return self._answers(tree, what)

    def _register(self, members: Words) -> None:
        keys = self._entities.keys[bits.to_ordinals(members, self._size)]
        self._warehouse.register_keys(KEYS_TABLE, keys)

    def _answers(
        self, tree: exp.Select, purpose: str
    ) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
        """Run a scan and return ordinals and answers, without rows of unknown entities."""
        if not self._registered:
            self._warehouse.register_keys(ENTITIES_TABLE, self._entities.keys)
            self._registered = True
        if self._entities.is_text:
            tree = _with_ordinals(tree)
        started = time.perf_counter()
        statement = Statement.of(tree, dialect=self._warehouse.dialect, purpose=purpose)
        found = dict(self._warehouse.columns(statement))
        rows = len(next(iter(found.values()), ()))
        self.times.append(StageTime(purpose, time.perf_counter() - started, rows))
        keys = _plain(found.pop("k"))
        ordinals = (
            keys.astype(np.int64) if self._entities.is_text else self._entities.ordinals_of(keys)
        )
        known = ordinals >= 0
        if not known.all():
            found = {name: values[known] for name, values in found.items()}
            ordinals = ordinals[known]
        return ordinals, found

    def _mask(self, ordinals: NDArray[np.int64], answers: NDArray[Any], empty: Truth) -> Mask:
        """Turn answers into bits; entities without a row have the empty truth."""
        found = bits.mask_of(ordinals, answers, self._size, empty=empty)
        return Mask(found.true & self._present, found.false & self._present)

    def _listed(self, atom: MemberAtom) -> Mask:
        """Read a list of the data model from the warehouse."""
        spec = self._model.lists[str(atom.member.listed)]
        key = column(spec.key, "l")
        tree = exp.select(exp.alias_(key, "k")).from_(table(spec.table, "l"))
        tree = tree.where(exp.Not(this=exp.Is(this=key.copy(), expression=exp.null())))
        ordinals, _ = self._answers(tree, f"list {spec.name}")
        return bits.two_valued(bits.from_ordinals(ordinals, self._size), self._present)


def _plain(values: NDArray[Any]) -> NDArray[Any]:
    """Drop the mask of a column that has no nulls."""
    return np.ma.getdata(values)


def _with_ordinals(tree: exp.Select) -> exp.Select:
    """Replace text keys by ordinals inside the warehouse, so that no text travels."""
    ordinal = exp.alias_(exp.column("ordinal", table="d"), "k")
    selected = tree.selects
    if any(isinstance(part, exp.Star) for part in selected):
        selected = tree.args["from_"].this.this.selects
    others = [
        exp.column(part.alias_or_name, table="t", quoted=True)
        for part in selected
        if part.alias_or_name not in ("k", "")
    ]
    same = exp.EQ(
        this=exp.column("key", table="d"),
        expression=exp.cast(exp.column("k", table="t"), exp.DType.VARCHAR),
    )
    return (
        exp.select(ordinal, *others, copy=False)
        .from_(tree.subquery("t", copy=False), copy=False)
        .join(
            exp.alias_(exp.to_table(ENTITIES_TABLE), "d", table=True, copy=False),
            on=same,
            copy=False,
        )
    )
