"""Conditions on single rows of an index: three-valued, by whole slices.

Truth and falsity are worked out apart, each only when asked: a negation asks its child for the
other, and a filter on events never asks what is false.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

import numpy as np

from muster.engines.index.layout import Column
from muster.engines.index.leaves import Leaf, Leaves, Partition, Rows, spread
from muster.engines.index.membership import Flags
from muster.rules.resolved import (
    Conjunction,
    Disjunction,
    InArea,
    Negation,
    Resolved,
    Test,
    Threshold,
    leaves_of,
)

_TRUE: Flags = np.asarray(True)
_FALSE: Flags = np.asarray(False)
_NONE = np.asarray(0, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class RowCondition:
    """A condition over the columns it was compiled for; may be asked by many threads at once."""

    _true: Rows
    _false: Rows

    def truths(self, rows: slice, code: int | None = None) -> tuple[Flags, Flags]:
        """Return for each row whether the condition is true, and whether it is false.

        Args:
            rows: with a start and a stop.
            code: of the partition field in all these rows; None if there is no such field.
        """
        return self.true(rows, code), self.false(rows, code)

    def true(self, rows: slice, code: int | None = None) -> Flags:
        """Return for each row whether the condition is true. Not to be written to."""
        return spread(self._true(rows, code), rows)

    def false(self, rows: slice, code: int | None = None) -> Flags:
        """Return for each row whether the condition is false. Not to be written to."""
        return spread(self._false(rows, code), rows)


def compile_condition(
    node: Resolved, columns: Mapping[str, Column], *, partition: Partition | None = None
) -> RowCondition | None:
    """Compile a bound condition over columns of one length.

    Args:
        partition: a field whose code is the same in all rows of one call, and its dictionary.

    Returns:
        None if some test of it cannot be answered exactly from the columns.
    """
    leaves = Leaves(columns, partition)
    made: dict[Test | InArea, Leaf] = {}
    for leaf in leaves_of(node):
        if not isinstance(leaf, Test | InArea):
            return None
        found = leaves.of(leaf)
        if found is None:
            return None
        made[leaf] = found
    return RowCondition(_rows(node, made, wanted=True), _rows(node, made, wanted=False))


def split_partition(
    node: Resolved, partition: Partition
) -> tuple[frozenset[int] | None, Resolved | None]:
    """Split a filter into what the partition field alone decides and the rest.

    Args:
        node: a bound condition on events; rows count for which it is true.
        partition: the field and its dictionary.

    Returns:
        The codes (0: no value) that can pass, None if any can; and what is left to ask of the
        rows of these codes, None if nothing.
    """
    parts = node.children if isinstance(node, Conjunction) else (node,)
    codes: frozenset[int] | None = None
    rest: list[Resolved] = []
    for part in parts:
        found = _passing_codes(part, partition)
        if found is None:
            rest.append(part)
        else:
            codes = found if codes is None else codes & found
    if len(rest) > 1:
        return codes, Conjunction(tuple(rest))
    return codes, rest[0] if rest else None


def _passing_codes(node: Resolved, partition: Partition) -> frozenset[int] | None:
    _, dictionary = partition
    condition = compile_condition(node, {}, partition=partition)
    if condition is None:
        return None
    codes = range(len(dictionary) + 1)
    return frozenset(code for code in codes if condition.true(slice(0, 1), code)[0])


def _rows(node: Resolved, leaves: Mapping[Test | InArea, Leaf], *, wanted: bool) -> Rows:
    """Return where a node is true (wanted) or where it is false."""
    match node:
        case Conjunction(children) | Disjunction(children):
            parts = [_rows(child, leaves, wanted=wanted) for child in children]
            # All true, or any false; and the other way round.
            return _all(parts) if isinstance(node, Conjunction) is wanted else _any(parts)
        case Negation(child):
            return _rows(child, leaves, wanted=not wanted)
        case Threshold(n, children):
            parts = [_rows(child, leaves, wanted=wanted) for child in children]
            return _some(n if wanted else len(children) - n + 1, parts)
        case Test() | InArea():
            return _of_leaf(leaves[node], wanted=wanted)
        case _:
            raise AssertionError("not a condition on one row")


def _of_leaf(leaf: Leaf, *, wanted: bool) -> Rows:
    passes, known = leaf.passes, leaf.known
    if known is None:
        return passes if wanted else (lambda rows, code: ~passes(rows, code))
    if not wanted:
        return lambda rows, code: known(rows, code) & ~passes(rows, code)
    if leaf.nulls_included:
        return lambda rows, code: passes(rows, code) | ~known(rows, code)
    return passes if leaf.strict else (lambda rows, code: known(rows, code) & passes(rows, code))


def _all(parts: Sequence[Rows]) -> Rows:
    def every(rows: slice, code: int | None) -> Flags:
        return reduce(and_, (part(rows, code) for part in parts), _TRUE)

    return every


def _any(parts: Sequence[Rows]) -> Rows:
    def some(rows: slice, code: int | None) -> Flags:
        return reduce(or_, (part(rows, code) for part in parts), _FALSE)

    return some


def _some(n: int, parts: Sequence[Rows]) -> Rows:
    def enough(rows: slice, code: int | None) -> Flags:
        found: Flags = sum((part(rows, code) for part in parts), _NONE) >= n
        return found

    return enough
