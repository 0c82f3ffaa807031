"""Warnings about a rule that is valid but unlikely to mean what its author thinks.

A warning is given only where it is certain for every data set: what depends on the data, or on the
instant of a run, is left to figures. "x or not x" is no tautology here, because x may be unknown.
"""

from __future__ import annotations

from collections.abc import Iterator

from muster.base.datamodel import DataModel, Fold
from muster.base.errors import Problem
from muster.rules.duration import Duration
from muster.rules.lint_proven import path_of, proven_warnings
from muster.rules.resolved import (
    Conjunction,
    Disjunction,
    Measure,
    Negation,
    Occurrence,
    Path,
    Resolved,
    ResolvedRule,
    Test,
    Threshold,
    leaves_of,
    resolved_children,
)
from muster.rules.sentence_words import label_of
from muster.rules.windows import AllTime, Between

_EXCLUDING = ("ne", "not_in", "not_contains", "outside", "has_none")


def lint(rule: ResolvedRule, model: DataModel) -> tuple[Problem, ...]:
    """Return warnings, each with the path of the condition it is about."""
    found: list[Problem] = []
    for node in (rule.where, rule.universe):
        if node is not None:
            found += _node(node, model, negated=False)
            found += (warning for leaf in leaves_of(node) for warning in _nulls(leaf))
    found += (one for one in proven_warnings(rule) if not _told(one, found))
    # What is said inside the data model is not this author's to change.
    own = (warning for warning in found if not warning.path.startswith("model."))
    return tuple(dict.fromkeys(own))


def _told(warning: Problem, found: list[Problem]) -> bool:
    """Whether a condition inside the group says already why it is never, or always, met."""
    alike = ("NEVER_TRUE", "CONTRADICTION", "ALWAYS_EMPTY", "ALWAYS_TRUE")
    return warning.code in alike and any(one.code in alike for one in found)


def _node(node: Resolved, model: DataModel, *, negated: bool) -> Iterator[Problem]:
    """Warn about a condition and what is inside it, event filters included."""
    match node:
        case Conjunction() | Disjunction() | Threshold():
            yield from _repeated(node)
        case Negation():
            negated = not negated
        case Test():
            yield from _test(node)
        case Occurrence():
            yield from _occurrence(node, model, negated=negated)
        case Measure(aggregate):
            if aggregate.scan.where is not None:
                yield from _node(aggregate.scan.where, model, negated=False)
        case Path(steps):
            for where in (step.where for step in steps if step.where is not None):
                yield from _node(where, model, negated=False)
        case _:
            pass
    if isinstance(node, Threshold):
        yield from _threshold(node)
    for child in resolved_children(node):
        yield from _node(child, model, negated=negated)


def _repeated(node: Conjunction | Disjunction | Threshold) -> Iterator[Problem]:
    seen: list[Resolved] = []
    for child in node.children:
        if child in seen:
            counts = isinstance(node, Threshold)
            yield Problem(
                "DUPLICATE_CONDITION",
                path_of(child),
                "The same condition stands here twice" + (", and counts twice." if counts else "."),
                "Take one of them out.",
            )
        seen.append(child)


def _threshold(node: Threshold) -> Iterator[Problem]:
    if node.n > len(node.children):
        sentence = f"{node.n} of {len(node.children)} conditions can never be true."
        yield Problem("NEVER_TRUE", path_of(node), sentence)
    if node.n == 0:
        sentence = "At least none of the conditions are always true."
        yield Problem("ALWAYS_TRUE", path_of(node), sentence)


def _test(test: Test) -> Iterator[Problem]:
    label = label_of(test.field)
    if test.operand == ():
        if test.op in ("in", "has_any"):
            yield Problem(
                "NEVER_TRUE", f"{test.path}.value", f"{label} is one of no values: for nobody."
            )
        else:
            sentence = f"An empty list excludes nothing: everyone who has a value of {label} fits."
            yield Problem("ALWAYS_TRUE", f"{test.path}.value", sentence)
    length = test.operand
    yearly = isinstance(length, Duration) and (length.months >= 12 or length.days >= 366)
    if test.op == "anniversary_in" and yearly:
        sentence = f"Every {label} has an anniversary within a year."
        yield Problem("ALWAYS_TRUE", f"{test.path}.value", sentence)
    folded = test.fold is not Fold.NONE and isinstance(test.operand, str)
    if test.op == "regex" and folded and _has_capital(str(test.operand)):
        yield Problem(
            "CAPITALS_NEVER_MATCH",
            f"{test.path}.value",
            f"{label} is compared in small letters, so capitals in an expression match nothing.",
            'Write small letters, or say "fold": "none".',
        )


def _has_capital(pattern: str) -> bool:
    """Whether an expression has a capital that is not the name of a class, as in \\D."""
    escaped = False
    for letter in pattern:
        if letter.isupper() and not escaped:
            return True
        escaped = letter == "\\" and not escaped
    return False


def _nulls(leaf: Resolved) -> Iterator[Problem]:
    """Warn that people without a value are left out by an exclusion."""
    if not isinstance(leaf, Test) or leaf.op not in _EXCLUDING or leaf.nulls_included:
        return
    yield Problem(
        "NULLS_LEFT_OUT",
        leaf.path,
        f"Whoever has no value of {label_of(leaf.field)} is left out here.",
        'To take them in, say "nulls": "include".',
    )


def _occurrence(node: Occurrence, model: DataModel, *, negated: bool) -> Iterator[Problem]:
    if node.scan.where is not None:
        yield from _node(node.scan.where, model, negated=False)
    if node.pattern.kind != "plain":
        return
    count = node.count
    if (count.op, count.low) == (">=", 0):
        yield Problem("ALWAYS_TRUE", f"{node.path}.times", "Everything happened at least 0 times.")
    if (count.op, count.low) == ("<", 0):
        yield Problem("NEVER_TRUE", f"{node.path}.times", "Nothing happened fewer than 0 times.")
    window = node.scan.window
    unbounded = isinstance(window, AllTime) or (
        isinstance(window, Between) and window.start is None
    )
    absence = count.holds(0) is not negated and _decided_by_absence(node)
    if absence and unbounded and node.guard is None and model.entity.created_at is not None:
        yield Problem(
            "ABSENCE_UNGUARDED",
            node.path,
            f"Whoever became a {model.entity.name} a moment ago has not done it either.",
            'Give a window, or say "observed": {"min": "P30D"}.',
        )


def _decided_by_absence(node: Occurrence) -> bool:
    """Whether no event at all and some number of events give different answers."""
    count = node.count
    numbers = (1, count.low, count.low + 1, (count.high or 0) + 1)
    return any(count.holds(number) is not count.holds(0) for number in numbers)
