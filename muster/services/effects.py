"""What a change of rules does to segments, measured on the data: who enters, who leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np

from muster.engines import bits
from muster.services.context import WorkspaceContext
from muster.services.evaluating import evaluate
from muster.services.wave import Catalog, plan_wave

SAMPLE = 20
Change = Literal["new", "changed", "described", "unchanged", "child"]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does to one segment at one instant, by key samples of at most 20.

    ``change``: new, changed, described (only words change), unchanged, or child (a rule made of a
    changed one).
    """

    name: str
    change: Change
    size_before: int
    size_after: int
    entered: int
    left: int
    entered_sample: tuple[str | int, ...]
    left_sample: tuple[str | int, ...]


def measure_effects(
    context: WorkspaceContext,
    before: Catalog,
    after: Catalog,
    changes: Mapping[str, Change],
    order: list[str],
    as_of: datetime,
) -> tuple[Effect, ...]:
    """Evaluate ``order`` (the changed rules and their children) as it was and as it would be.

    Args:
        before, after: the rules that are evaluated now, and those that would be.
        changes: for each edited rule, what kind of change it is.

    Raises:
        NotFound: there is no warehouse yet. EngineFailed: it failed.
    """
    still = [name for name in changes if name not in order]
    effects = {name: Effect(name, changes[name], 0, 0, 0, 0, (), ()) for name in still}
    if order:
        new = evaluate(context, plan_wave(after, order, as_of=as_of), after)
        known = [name for name in order if name in before.definitions]
        old = evaluate(context, plan_wave(before, known, as_of=as_of), before) if known else None
        size = new.entities.size
        for name in order:
            members = new.outcomes[name].members
            previous = bits.zeros(size)
            if old is not None and name in old.outcomes:
                # The dictionary may have grown in between; ordinals stay.
                previous = bits.grown(old.outcomes[name].members, size)
            entered, left = members & ~previous, previous & ~members
            effects[name] = Effect(
                name,
                changes.get(name, "child"),
                bits.count(previous),
                bits.count(members),
                bits.count(entered),
                bits.count(left),
                _sample(new.entities.keys, entered, size),
                _sample(new.entities.keys, left, size),
            )
    return tuple(effects[name] for name in dict.fromkeys([*changes, *order]))


def _sample(keys: np.ndarray, chosen: bits.Words, size: int) -> tuple[str | int, ...]:
    return tuple(keys[bits.to_ordinals(chosen, size)[:SAMPLE]].tolist())
