"""The number that a condition compares, for every entity: from the index, else by SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from muster.base.datamodel import DataModel, FieldType
from muster.compile.atoms import Counted, EntityAtom, EventAtom, Valued
from muster.compile.numbers import number_field, numbers_scan
from muster.engines import bits
from muster.engines.evaluate import Evaluated
from muster.engines.scan_executor import EmbeddedWarehouse, ScanExecutor
from muster.engines.values import Values


class IndexValues(Protocol):
    """What the audience index knows of numbers; see `engines/index/executor.py`."""

    def values(self, atom: EntityAtom | EventAtom) -> Values | None:
        """Return the numbers an atom compares, None where the index does not know them."""


def leaf_values(
    atom: EntityAtom | EventAtom,
    evaluated: Evaluated,
    model: DataModel,
    warehouse: EmbeddedWarehouse,
    *,
    as_of: datetime,
    index: IndexValues | None,
) -> Values | None:
    """Return the number of every present entity, None for a condition that compares no number."""
    field = number_field(atom)
    if field is None:
        return None
    found = None if index is None else index.values(atom)
    if found is not None:
        return found
    tree = numbers_scan(atom, model, as_of)
    assert tree is not None
    scans = ScanExecutor(
        warehouse,
        model,
        as_of=as_of,
        entities=evaluated.entities,
        present=evaluated.present,
    )
    ordinals, columns = scans.numbers(tree, f"values of {field.label or field.name}")
    size = evaluated.entities.size
    plain = _numbers(columns["value"], field.type)
    numbers = np.zeros(size, dtype=plain.dtype)
    known = np.zeros(size, dtype=np.bool_)
    numbers[ordinals] = plain
    known[ordinals] = ~np.ma.getmaskarray(columns["value"])
    if plain.dtype.kind == "f":
        known &= ~np.isnan(numbers)
    if _zero_if_empty(atom):
        known[:] = True
    return Values(numbers, known & bits.to_flags(evaluated.present, size), field)


def _zero_if_empty(atom: EntityAtom | EventAtom) -> bool:
    """Whether no event counts as zero."""
    if not isinstance(atom, EventAtom):
        return False
    if isinstance(atom.having, Valued):
        return atom.having.aggregate.empty_is_zero
    return isinstance(atom.having, Counted)


def _numbers(values: NDArray[Any], kind: FieldType) -> NDArray[Any]:
    """Return values as int64 in the field's unit, or float64."""
    plain: NDArray[Any] = np.ma.filled(values, np.zeros(1, dtype=values.dtype)[0])
    if plain.dtype.kind == "M":
        unit = "D" if kind is FieldType.DATE else "us"
        return plain.astype(f"datetime64[{unit}]").astype(np.int64)
    return plain.astype(np.float64 if plain.dtype.kind == "f" else np.int64)
