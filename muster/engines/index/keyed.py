"""Turns keys into ordinals and texts into codes inside the warehouse, so that no text travels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from muster.base.datamodel import DataModel
from muster.base.errors import InvalidFile
from muster.compile.statement import Statement
from muster.engines.entities import EntityDictionary, are_distinct
from muster.engines.index.reading import (
    KEY_TYPES,
    Relation,
    at_row,
    codes_dtype,
    entity_relation,
    fetch_columns,
)
from muster.engines.scan_executor import EmbeddedWarehouse
from muster.engines.templates import drop_table, fill_value, named

_ENTITIES = "muster_index_entities"
_TEXTS = "muster_index_texts"
_CODE_TYPES = {
    "uint8": exp.DType.UTINYINT,
    "uint16": exp.DType.USMALLINT,
    "uint32": exp.DType.UINT,
}


class Keyed:
    """An entity dictionary as a temporary table of a warehouse, and others for texts."""

    def __init__(self, warehouse: EmbeddedWarehouse, entities: EntityDictionary) -> None:
        self._warehouse = warehouse
        self._entities = entities
        self._tables = {_ENTITIES}
        warehouse.register_keys(_ENTITIES, entities.keys)

    @property
    def size(self) -> int:
        """How many ordinals there are."""
        return self._entities.size

    def suits(self, native: str) -> bool:
        """Whether keys of a type of the warehouse can be those of the dictionary."""
        return self._entities.is_text or native in KEY_TYPES

    def select(
        self,
        relation: Relation,
        columns: Iterable[exp.Expr],
        dictionaries: Mapping[str, tuple[str, ...]],
        *,
        where: exp.Expr | None = None,
    ) -> exp.Select:
        """Return a SELECT of the ordinal ``o`` and columns of rows whose key is known.

        Args:
            relation: the rows.
            columns: named; each may speak of the row.
            dictionaries: by name of a column of text, which becomes a code: its place in the
                dictionary, from 1; 0 for null.
            where: only these rows.
        """
        columns = list(columns)
        key = at_row("k")
        if self._entities.is_text:
            key = exp.cast(key, exp.DType.VARCHAR)
        inner = relation.select([named(key, "k"), *columns], where)
        shown: list[exp.Expr] = [named(exp.column("ordinal", table="d"), "o")]
        joins = []
        for place, part in enumerate(columns):
            name = part.alias_or_name
            value = exp.column(name, table="i", quoted=True)
            if name not in dictionaries:
                shown.append(value)
                continue
            texts = dictionaries[name]
            kind = _CODE_TYPES[codes_dtype(len(texts)).name]
            if not texts:
                shown.append(named(exp.cast(exp.Literal.number(0), kind), name))
                continue
            table, alias = f"{_TEXTS}_{place}", f"t{place}"
            self._register(table, texts)
            code = fill_value("COALESCE($found + 1, 0)", found=exp.column("ordinal", table=alias))
            shown.append(named(exp.cast(code, kind), name))
            on = exp.EQ(this=exp.column("key", table=alias), expression=value.copy())
            joins.append((table, alias, on))
        same = exp.EQ(
            this=exp.column("key", table="d"),
            expression=exp.column("k", table="i", quoted=True),
        )
        # The trees are new and in no one else's hands: copying them takes half of the planning.
        found = exp.select(*shown, copy=False).from_(inner.subquery("i", copy=False), copy=False)
        entities = exp.alias_(exp.to_table(_ENTITIES), "d", table=True)
        found = found.join(entities, on=same, copy=False)
        for table, alias, on in joins:
            joined = exp.alias_(exp.to_table(table), alias, table=True)
            found = found.join(joined, on=on, join_type="left", copy=False)
        return found

    def close(self) -> None:
        """Drop the temporary tables."""
        for name in sorted(self._tables):
            statement = Statement.of(
                drop_table(name), dialect=self._warehouse.dialect, purpose="index: done"
            )
            self._warehouse.run(statement)

    def _register(self, table: str, texts: tuple[str, ...]) -> None:
        self._tables.add(table)
        self._warehouse.register_keys(table, np.array(texts, dtype=object))


def entity_keys(warehouse: EmbeddedWarehouse, model: DataModel) -> NDArray[Any]:
    """Return the distinct entity keys: int64, or text for every other type.

    Raises:
        InvalidFile: DUPLICATE_KEYS.
    """
    relation = entity_relation(model, {})  # without lookups, which might multiply rows
    found = np.ma.getdata(
        fetch_columns(warehouse, relation.select([at_row("k")]), "entity keys")["k"]
    )
    if found.dtype.kind in "iu":
        found = found.astype(np.int64)
    else:
        text = named(exp.cast(at_row("k"), exp.DType.VARCHAR), "k")
        columns = fetch_columns(warehouse, relation.select([text]), "entity keys")
        found = np.ma.getdata(columns["k"]).astype(object)
    if not are_distinct(found):
        raise InvalidFile(
            "DUPLICATE_KEYS",
            f'The key "{model.entity.key}" of table "{model.entity.table}" is not unique.',
            hint="Run `muster check`; `muster load` keeps one row per key.",
        )
    return found
