"""What the members of a rule are like, beside everybody: sizes and shares by attribute."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from muster.base.datamodel import DataModel, Field, FieldType
from muster.base.recent import Recent
from muster.compile.atoms import EntityAtom
from muster.engines import bits
from muster.engines.bits import Words
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.evaluate import Evaluated
from muster.engines.texts import texts_of
from muster.rules.resolved import Test
from muster.rules.truth import Moment
from muster.services.context import WorkspaceContext
from muster.services.evaluating import leaf_values
from muster.services.indexing import fresh_index
from muster.services.live_axes import MOST_BINS, Axis, Bin, number_axis, text_axis
from muster.services.patience import Patience
from muster.services.personal import ShownFields, record_read, shown_fields

_TEXTS = (FieldType.STRING, FieldType.ENUM, FieldType.BOOLEAN, FieldType.LIST)
# Its key says all that bins depend on; at a million entities one takes a megabyte.
_AXES: Recent[tuple[object, ...], Axis] = Recent(kept=48)


@dataclass(frozen=True, slots=True)
class Part:
    """One bin: how many members and how many of everybody, the shares of both.

    ``index``: 100 times the one share by the other, 100 is as everybody; None of nobody.
    """

    bin: Bin
    members: int
    everyone: int
    share: float
    share_of_everyone: float
    index: float | None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One attribute; ``several``: an entity may be in more than one part, or in none."""

    field: Field
    several: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Breakdowns:
    """Attributes in the order asked for; ``hidden``: personal ones, left out."""

    found: tuple[Breakdown, ...]
    hidden: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AxesAsked:
    """Of which attributes, and for whom.

    Attributes:
        names: None is every attribute that is not personal.
        clear: also personal ones; it is written down.
    """

    names: tuple[str, ...] | None = None
    clear: bool = False


EVERY_AXIS = AxesAsked()


def breakdowns(
    context: WorkspaceContext,
    model: DataModel,
    evaluated: Evaluated,
    members: Words,
    *,
    asked: AxesAsked,
    moment: Moment,
    stamp: str,
    patience: Patience,
) -> Breakdowns:
    """Return the members by attribute; ``stamp``: of the warehouse that was evaluated on.

    Raises:
        InvalidInput: UNKNOWN_COLUMN. Forbidden: NOT_ALLOWED, as `shown_fields`.
    """
    shown, fields = fields_of(context, model, asked)
    axes = axes_of(context, model, evaluated, fields, moment=moment, stamp=stamp, patience=patience)
    found = compared(axes, members, evaluated.present)
    revealed = [field for field in fields if field in shown.revealed]
    if revealed:
        with context.transaction() as connection:
            record_read(connection, context, "live", revealed, bits.count(members), how="breakdown")
    return Breakdowns(found, tuple(field.name for field in shown.hidden))


def fields_of(
    context: WorkspaceContext, model: DataModel, asked: AxesAsked
) -> tuple[ShownFields, tuple[Field, ...]]:
    """Decide which attributes are shown, and return those of them that have bins.

    Raises:
        InvalidInput: UNKNOWN_COLUMN. Forbidden: NOT_ALLOWED, as `shown_fields`.
    """
    names = tuple(model.attributes) if asked.names is None else asked.names
    shown = shown_fields(context, model, names, clear=asked.clear, path="$.body.attributes")
    return shown, tuple(
        field
        for field in shown.fields
        if field not in shown.hidden and field.type is not FieldType.GEO
    )


def axes_of(
    context: WorkspaceContext,
    model: DataModel,
    evaluated: Evaluated,
    fields: Iterable[Field],
    *,
    moment: Moment,
    stamp: str,
    patience: Patience,
) -> tuple[Axis, ...]:
    """Return the bins of attributes over everybody present, made once for a state of the data.

    Raises:
        EngineFailed: the warehouse failed. Busy: COUNT_TIMEOUT, CLIENT_GONE.
    """
    with ExitStack() as opened:
        axes = _Axes(context, model, evaluated, moment, stamp, patience, opened)
        return tuple(axes.of(field) for field in fields)


def compared(axes: Sequence[Axis], members: Words, present: Words) -> tuple[Breakdown, ...]:
    """Compare some of those present with all of them."""
    size, everyone = bits.count(members), bits.count(present)
    ordinals = bits.to_ordinals(members, len(members) * 64)
    found = []
    for axis in axes:
        sizes = zip(axis.bins, axis.sizes(members, ordinals), axis.everyone, strict=True)
        parts = tuple(_part(one, some, every, size, everyone) for one, some, every in sizes)
        found.append(Breakdown(axis.field, axis.codes is None, parts))
    return tuple(found)


def _part(found: Bin, members: int, everyone: int, size: int, total: int) -> Part:
    share = members / size if size else 0.0
    of_everyone = everyone / total if total else 0.0
    index = 100 * share / of_everyone if size and everyone else None
    return Part(found, members, everyone, share, of_everyone, index)


class _Axes:
    """Makes axes, or finds them made; the warehouse is opened at the first that needs it."""

    def __init__(
        self,
        context: WorkspaceContext,
        model: DataModel,
        evaluated: Evaluated,
        moment: Moment,
        stamp: str,
        patience: Patience,
        opened: ExitStack,
    ) -> None:
        self._context = context
        self._model = model
        self._evaluated = evaluated
        self._moment = moment
        self._patience = patience
        self._opened = opened
        self._stamp = stamp
        self._warehouse: DuckDBWarehouse | None = None

    def of(self, field: Field) -> Axis:
        """Return the axis of one attribute."""
        key = (
            str(self._context.folder),
            self._stamp,
            self._evaluated.entities.size,
            field,
            self._model.facets.age == field.name and self._moment.today,
            self._model.time_zone,
        )
        make = self._text_axis if field.type in _TEXTS else self._number_axis
        return _AXES.get(key, _made(make, field))

    def _text_axis(self, field: Field) -> Axis:
        evaluated, size = self._evaluated, self._evaluated.entities.size
        index = fresh_index(self._context, self._model)
        column = None
        if index is not None and index.size == size:
            column = index.attributes.get(field.name)
        found = texts_of(
            field,
            evaluated,
            self._model,
            self._open,
            as_of=self._moment.as_of,
            column=column,
            most=MOST_BINS,
        )
        return text_axis(field, found, evaluated.present, size)

    def _number_axis(self, field: Field) -> Axis:
        values = leaf_values(
            self._context,
            self._model,
            self._evaluated,
            EntityAtom(Test(field, "exists", None)),
            as_of=self._moment.as_of,
            patience=self._patience,
        )
        assert values is not None  # every type but texts and points has numbers
        return number_axis(
            values,
            self._evaluated.present,
            ages=self._model.facets.age == field.name,
            zone=ZoneInfo(self._model.time_zone),
            today=self._moment.today,
        )

    def _open(self) -> DuckDBWarehouse:
        if self._warehouse is None:
            self._warehouse = self._opened.enter_context(self._context.open_warehouse())
            self._opened.enter_context(self._patience.watching(self._warehouse))
        return self._warehouse


def _made(make: Callable[[Field], Axis], field: Field) -> Callable[[], Axis]:
    return lambda: make(field)
