"""Looks for cells in which formulas have the truths that are wanted: goals, narrowing, cases."""

from __future__ import annotations

from collections.abc import Callable

from muster.rules.implication_cells import (
    FALSE,
    NOT_FALSE,
    NOT_TRUE,
    TRUE,
    UNKNOWN,
    AtLeast,
    Atom,
    Certain,
    Formula,
    Opposite,
    Subject,
)
from muster.rules.implication_links import Narrow

STEPS = 4_000
"""How many conditions are looked at before a question stays undecided."""

_MIRRORED = {TRUE: FALSE, FALSE: TRUE, NOT_TRUE: NOT_FALSE, NOT_FALSE: NOT_TRUE}
_REST = {TRUE: NOT_TRUE, FALSE: NOT_FALSE, NOT_TRUE: TRUE, NOT_FALSE: FALSE}


class _TooLong(Exception):
    """More steps than allowed."""


_Goal = tuple[int, tuple[Formula, ...], int]
"""At least so many of the formulas have one of these truths."""


class State:
    """What is left: cells by subject, and goals not met yet."""

    __slots__ = ("cells", "goals")

    def __init__(self, cells: dict[Subject, int], goals: list[_Goal]) -> None:
        self.cells = cells
        self.goals = goals

    def copy(self) -> State:
        return State(dict(self.cells), list(self.goals))


class Search:
    """One search.

    Args:
        linked: what two subjects say about each other.
    """

    def __init__(self, linked: Callable[[Subject, Subject], tuple[Narrow, ...]]) -> None:
        self._linked = linked
        self._steps = STEPS

    def start(self, wanted: list[tuple[Formula, int]]) -> State | None:
        """Return what is left if every formula has its truth; None: nothing is."""
        if not self.possible(wanted):
            return None
        self._steps, state = STEPS, State({}, [])
        try:
            left = all(self._want(state, formula, truths) for formula, truths in wanted)
            return state if left and self._settle(state) else None
        except _TooLong:
            return State({}, [])  # nothing is known, which is true of anything

    def possible(self, wanted: list[tuple[Formula, int]], given: State | None = None) -> bool:
        """Whether every formula may have its truth at once; True when that takes too long.

        Args:
            given: what is left already, which stays as it is.
        """
        start = State({}, []) if given is None else given.copy()
        try:
            return self._possible(start, wanted)
        except _TooLong:
            return True

    def _possible(self, start: State, wanted: list[tuple[Formula, int]]) -> bool:
        if not all(self._want(start, formula, truths) for formula, truths in wanted):
            return False
        waiting = [start]
        while waiting:
            state = waiting.pop()
            if not self._settle(state):
                continue
            if not state.goals:
                return True
            state.goals.sort(key=lambda goal: len(goal[1]))
            need, (first, *others), truths = state.goals.pop(0)
            rest = tuple(others)
            without = state.copy()
            without.goals.append((need, rest, truths))
            if self._want(without, first, _REST[truths]):
                waiting.append(without)
            state.goals.append((need - 1, rest, truths))
            if self._want(state, first, truths):
                waiting.append(state)
        return False

    def _want(self, state: State, node: Formula, truths: int) -> bool:
        """Ask for a truth; False if that leaves nothing."""
        self._step()
        match node:
            case Atom():
                subject = node.subject
                left = self._left(state, subject)
                kept = left & node.cells(truths)
                if kept != left:
                    state.cells[subject] = kept
                    return bool(kept) and self._spread(state, subject)
                return True
            case Opposite(child):
                return self._want(state, child, _MIRRORED[truths])
            case Certain(child):
                return self._want(state, child, TRUE if truths & FALSE == 0 else NOT_TRUE)
            case AtLeast(need, children):
                if truths & FALSE:
                    need = len(children) - need + 1
                return self._want_some(state, (need, children, truths))

    def _want_some(self, state: State, goal: _Goal) -> bool:
        need, children, truths = goal
        if need <= 0:
            return True
        if need > len(children):
            return False
        if need == len(children):
            return all(self._want(state, child, truths) for child in children)
        state.goals.append(goal)
        return True

    def _settle(self, state: State) -> bool:
        """Leave out what is decided, until nothing changes; False if nothing is left."""
        changed = True
        while changed:
            changed = False
            goals, state.goals = state.goals, []
            for need, children, truths in goals:
                kept: list[Formula] = []
                for child in children:
                    possible = self._truths(state, child)
                    if not possible & ~truths:
                        need -= 1
                    elif possible & truths:
                        kept.append(child)
                if not 0 < need < len(kept):
                    changed = changed or need > 0
                    if not self._want_some(state, (need, tuple(kept), truths)):
                        return False
                else:
                    state.goals.append((need, tuple(kept), truths))
        return True

    def _truths(self, state: State, node: Formula) -> int:
        """Return the truths a formula may still have."""
        self._step()
        match node:
            case Atom():
                return node.truths(self._left(state, node.subject))
            case Opposite(child):
                found = self._truths(state, child)
                return found & UNKNOWN | (found & TRUE) << 1 | (found & FALSE) >> 1
            case Certain(child):
                found = self._truths(state, child)
                return found & TRUE | (FALSE if found & NOT_TRUE else 0)
            case AtLeast():
                return self._truths_of_group(state, node)

    def _truths_of_group(self, state: State, node: AtLeast) -> int:
        true = false = not_false = not_true = unknown = 0
        for child in node.children:
            one = self._truths(state, child)
            true += one & TRUE
            false += (one & FALSE) >> 1
            unknown |= one & UNKNOWN
            not_false += one & NOT_FALSE != 0
            not_true += one & NOT_TRUE != 0
        against = len(node.children) - node.need + 1  # so many that are not true decide
        found = TRUE if true >= node.need else 0
        if false >= against:
            found |= FALSE
        if unknown and not_false >= node.need and not_true >= against:
            found |= UNKNOWN
        return found

    def _left(self, state: State, subject: Subject) -> int:
        """Return the cells left of a subject, which joins those that narrow each other."""
        left = state.cells.get(subject)
        if left is None:
            left = subject.cells
            for other, cells in state.cells.items():
                for narrow in self._linked(subject, other):
                    left, _ = narrow(left, cells)
            state.cells[subject] = left
        return left

    def _spread(self, state: State, start: Subject) -> bool:
        """Narrow every subject by what became of one; False if nothing is left of some."""
        waiting = [start]
        while waiting:
            one = waiting.pop()
            for two in list(state.cells):
                if two is one:
                    continue
                for narrow in self._linked(one, two):
                    mine, theirs = narrow(state.cells[one], state.cells[two])
                    if not mine or not theirs:
                        return False
                    if theirs != state.cells[two]:
                        state.cells[two] = theirs
                        waiting.append(two)
                    if mine != state.cells[one]:
                        state.cells[one] = mine
                        waiting.append(one)
        return True

    def _step(self) -> None:
        self._steps -= 1
        if self._steps < 0:
            raise _TooLong
