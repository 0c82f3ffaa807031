"""Which of the frequent texts of an attribute each entity has: from the index, else by SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.base.datamodel import DataModel, Field, FieldType
from muster.compile.statement import Statement
from muster.compile.texts import frequent_texts, text_places
from muster.engines import bits
from muster.engines.bits import Words
from muster.engines.evaluate import Evaluated
from muster.engines.index.layout import Codes, Column, Lists, Whole
from muster.engines.scan_executor import EmbeddedWarehouse, ScanExecutor


@dataclass(frozen=True, slots=True)
class Texts:
    """The frequent texts of one attribute, the most frequent first, and the ordinals with each.

    ``places[i]``: 0 ordinal i has no value, n the n-th text, -1 another. Of a list attribute an
    ordinal may have several texts; then ``sets`` holds those with each, and ``places`` is None.
    """

    texts: tuple[str, ...]
    places: NDArray[np.int16] | None
    sets: tuple[Words, ...] = ()


def texts_of(
    field: Field,
    evaluated: Evaluated,
    model: DataModel,
    warehouse: Callable[[], EmbeddedWarehouse],
    *,
    as_of: datetime,
    column: Column | None,
    most: int,
) -> Texts:
    """Return the frequent texts of an attribute among those present.

    Args:
        warehouse: asked for when the index does not have the attribute.
        column: the attribute in the index of the same data.

    Raises:
        EngineFailed: the warehouse failed.
    """
    if isinstance(column, Codes):
        return _of_codes(column, evaluated.present, most)
    if isinstance(column, Whole):  # true or false
        places = 2 - column.values.astype(np.int16)
        return Texts(("true", "false"), np.where(_known(column), places, 0).astype(np.int16))
    if isinstance(column, Lists):
        return _of_lists(column, evaluated.present, most)
    return _by_sql(field, evaluated, model, warehouse(), as_of, most)


def _of_codes(column: Codes, present: Words, most: int) -> Texts:
    codes = np.asarray(column.codes)
    inside = codes[bits.to_ordinals(present, len(codes))]
    sizes = np.bincount(inside, minlength=len(column.dictionary) + 1)[1:]
    chosen = _most_frequent(sizes, most)
    places = np.full(len(column.dictionary) + 1, -1, dtype=np.int16)
    places[0] = 0
    places[chosen + 1] = np.arange(1, len(chosen) + 1)
    return Texts(tuple(column.dictionary[place] for place in chosen), places[codes])


def _of_lists(column: Lists, present: Words, most: int) -> Texts:
    sizes = np.array([bits.count(words & present) for words in column.elements], dtype=np.int64)
    chosen = _most_frequent(sizes, most)
    return Texts(
        tuple(column.dictionary[place] for place in chosen),
        None,
        tuple(column.elements[place] & present for place in chosen),
    )


def _known(column: Whole) -> NDArray[np.bool_]:
    return np.ones(len(column.values), np.bool_) if column.known is None else column.known


def _most_frequent(sizes: NDArray[Any], most: int) -> NDArray[np.int64]:
    order = np.argsort(-sizes, kind="stable")[:most]
    return order[sizes[order] > 0]


def _by_sql(
    field: Field,
    evaluated: Evaluated,
    model: DataModel,
    warehouse: EmbeddedWarehouse,
    as_of: datetime,
    most: int,
) -> Texts:
    what = f"texts of {field.name}"
    statement = Statement.of(
        frequent_texts(field, model, most=most), dialect=warehouse.dialect, purpose=what
    )
    texts = tuple(str(row[0]) for row in warehouse.rows(statement, limit=most).rows)
    scans = ScanExecutor(
        warehouse, model, as_of=as_of, entities=evaluated.entities, present=evaluated.present
    )
    ordinals, columns = scans.numbers(text_places(field, model, texts), what)
    found = np.ma.getdata(columns["value"]).astype(np.int16)
    size = evaluated.entities.size
    if field.type is FieldType.LIST:
        sets = (
            bits.from_ordinals(ordinals[found == place], size) for place in range(1, len(texts) + 1)
        )
        return Texts(texts, None, tuple(words & evaluated.present for words in sets))
    places = np.zeros(size, dtype=np.int16)
    places[ordinals] = found
    return Texts(texts, places)
