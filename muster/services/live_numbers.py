"""The numbers behind one condition of a rule, asked for and turned into curves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from muster.base.datamodel import DataModel
from muster.base.errors import InvalidInput
from muster.base.recent import Recent
from muster.compile.atoms import (
    Counted,
    EntityAtom,
    EventAtom,
    Formula,
    ObservedAtom,
    Valued,
    atoms_of,
)
from muster.engines import bits
from muster.engines.evaluate import Evaluated
from muster.engines.values import Values
from muster.rules.nodes import Count
from muster.rules.resolved import ResolvedLeaf, Test
from muster.rules.truth import Moment
from muster.services.context import WorkspaceContext
from muster.services.evaluating import leaf_values
from muster.services.live_curve import Curves, Question, curves, no_curve
from muster.services.live_tree import LiveRule
from muster.services.masking import personal_of
from muster.services.patience import Patience
from muster.services.personal import may_show_clear, record_read

_ANY_NUMBER = Count(">=", 1)
# While somebody drags a threshold the numbers stay; nine megabytes each at a million entities.
_VALUES: Recent[tuple[object, ...], Values | None] = Recent(kept=4)


@dataclass(frozen=True, slots=True)
class CurveAsked:
    """Which condition, by its path.

    Attributes:
        clear: its values may be shown though they are personal.
        stamp: of the warehouse that the rule was evaluated on.
    """

    path: str | None
    clear: bool
    moment: Moment
    stamp: str
    patience: Patience


def curves_at(
    context: WorkspaceContext,
    model: DataModel,
    evaluated: Evaluated,
    live: LiveRule,
    leaves: Iterable[tuple[ResolvedLeaf, Formula]],
    *,
    asked: CurveAsked,
) -> Curves:
    """Return the curves of one of a rule's leaves, or why there are none.

    Raises:
        InvalidInput: UNKNOWN_CONDITION. Forbidden: NOT_ALLOWED, as `may_show_clear`.
    """
    path = asked.path
    found = [(leaf, formula) for leaf, formula in leaves if leaf.path == path]
    if path is None or not found:
        raise InvalidInput(
            "UNKNOWN_CONDITION",
            f"The rule has no condition at {path}.",
            hint=f"One of: {', '.join(dict.fromkeys(live.where.paths))}.",
            path="$.body.curve",
        )
    leaf, formula = found[0]
    reason = no_curve(live, path, asked.moment) or _personal(context, leaf, live, asked.clear)
    if reason is not None:
        return Curves(path, reason)
    values = _values(context, model, evaluated, formula, asked)
    if values is None:
        return Curves(path, "What the condition compares is not a number of each entity.")
    since = next((one for one in atoms_of(formula) if isinstance(one, ObservedAtom)), None)
    observed = None if since is None else evaluated.answers[since].true
    return curves(live, Question(leaf, values, observed, asked.moment))


def _personal(
    context: WorkspaceContext, leaf: ResolvedLeaf, live: LiveRule, clear: bool
) -> str | None:
    """Return why a curve is not shown: its numbers are values of entities, and may be personal."""
    fields = personal_of(leaf)
    if fields and not may_show_clear(context, clear=clear):
        return "The values are personal."
    if fields:
        with context.transaction() as connection:
            size = bits.count(live.universe)
            record_read(connection, context, "live", fields, size, how="curve")
    return None


def _values(
    context: WorkspaceContext,
    model: DataModel,
    evaluated: Evaluated,
    formula: Formula,
    asked: CurveAsked,
) -> Values | None:
    atoms = atoms_of(formula)
    atom = next((one for one in atoms if isinstance(one, EventAtom | EntityAtom)), None)
    if atom is None:
        return None

    def ask() -> Values | None:
        return leaf_values(
            context,
            model,
            evaluated,
            atom,
            as_of=asked.moment.as_of,
            patience=asked.patience,
        )

    return _VALUES.get(
        (str(context.folder), asked.stamp, evaluated.entities.size, _compared(atom)), ask
    )


def _compared(atom: EventAtom | EntityAtom) -> EventAtom | EntityAtom:
    """Return the atom without what its number is compared with."""
    match atom:
        case EntityAtom(Test(field=field)):
            return EntityAtom(Test(field, "exists", None))
        case EventAtom(having=Counted(distinct=distinct)):
            return replace(atom, having=Counted(_ANY_NUMBER, distinct))
        case EventAtom(having=Valued(aggregate, test)):
            exists = Test(test.field, "exists", None)
            return replace(atom, having=Valued(aggregate, exists))
        case _:
            return atom
