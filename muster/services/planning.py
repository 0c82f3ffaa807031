"""The plan of a refresh, explained: stages, shared questions, SQL. Nothing runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from muster.base.datamodel import DataModel
from muster.compile.atoms import Atom, Formula, Gate, MemberAtom, ObservedAtom
from muster.compile.bind import BoundRule
from muster.compile.paths import path_scan
from muster.compile.plan import (
    EntityStage,
    EventStage,
    IndexStage,
    MemberStage,
    PathStage,
    Plan,
    Stage,
    atoms_of_stage,
)
from muster.compile.scans import entity_scan, event_scan, rank_scan
from muster.compile.select import rule_select
from muster.engines.evaluate import describe
from muster.engines.member_rows import list_select
from muster.rules.document import RuleDocument
from muster.rules.nodes import Member
from muster.rules.sentence import leaf_sentence
from muster.services.context import WorkspaceContext
from muster.services.evaluating import routed_plan
from muster.services.reuse import wave_reuse
from muster.services.wave import Catalog, plan_wave, read_catalog
from muster.services.workspaces import current_model

DIALECT = "duckdb"


@dataclass(frozen=True, slots=True)
class PlannedQuestion:
    """One question a stage answers, and the rules that ask it."""

    text: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedStage:
    """One step of the plan; ``sql`` is None where bits that exist are read."""

    kind: str
    what: str
    questions: tuple[PlannedQuestion, ...]
    sql: str | None


@dataclass(frozen=True, slots=True)
class PlannedWave:
    """Everything a refresh would do.

    Attributes:
        rules: in the order in which they are combined, parents first.
        added: those of ``rules`` that nobody named: parents that must be fresh.
        asked: questions as the rules ask them; ``distinct`` after sharing.
        selects: by named rule, the rule as one SELECT.
        reuse: by rule, what is proven of its members beside those of other rules of the wave.
    """

    as_of: datetime
    rules: tuple[str, ...]
    added: tuple[str, ...]
    asked: int
    distinct: int
    stages: tuple[PlannedStage, ...]
    selects: tuple[tuple[str, str], ...]
    reuse: tuple[tuple[str, str], ...]


def plan_refresh(
    context: WorkspaceContext,
    names: Iterable[str] | None,
    *,
    documents: Sequence[RuleDocument] = (),
    as_of: datetime | None = None,
) -> PlannedWave:
    """Explain the refresh of rules: those saved (None = all of them) and those of documents.

    Raises:
        NotFound: UNKNOWN_RULE, NO_MODEL. InvalidRule: a rule does not fit the model.
        Conflict: SEGMENT_CYCLE.
    """
    model = current_model(context)
    catalog = read_catalog(context, model)
    drafted = catalog.with_definitions({found.name: found.definition for found in documents})
    saved = tuple(catalog.definitions) if names is None else tuple(names)
    named = tuple(dict.fromkeys([*saved, *(document.name for document in documents)]))
    instant = as_of or context.resources.clock.now_utc()
    plan = routed_plan(context, plan_wave(drafted, named, as_of=instant), model)
    return _explained(plan, drafted, named)


def _explained(plan: Plan, catalog: Catalog, named: tuple[str, ...]) -> PlannedWave:
    model = catalog.model
    texts = _texts(plan.rules, model)
    order = tuple(rule.name for rule in plan.rules)
    return PlannedWave(
        plan.as_of,
        order,
        tuple(name for name in order if name not in named),
        plan.asked,
        plan.distinct,
        tuple(_stage(stage, plan, model, texts) for stage in plan.stages),
        tuple(
            (rule.name, rule_select(rule, model).sql(DIALECT, pretty=True))
            for rule in plan.rules
            if rule.name in named
        ),
        tuple((name, one.sentence) for name, one in wave_reuse(catalog.definitions, order, model)),
    )


def _texts(rules: Iterable[BoundRule], model: DataModel) -> dict[Atom, str]:
    """Return for each atom the condition it comes from, in English."""
    found: dict[Atom, str] = {}
    for rule in rules:
        for leaf, formula in rule.leaves:
            text = leaf_sentence(leaf, model, time_zone=rule.moment.zone.key)
            for atom in _own_atoms(formula):
                if isinstance(atom, ObservedAtom):
                    since = f"{atom.before:%Y-%m-%d}"
                    found.setdefault(atom, f"known since {since} or longer")
                elif not isinstance(atom, MemberAtom):
                    found.setdefault(atom, text)
    return found


def _own_atoms(formula: Formula) -> Iterator[Atom]:
    """Yield a condition's atoms, but not those of the universe it ranks among."""
    if isinstance(formula, Gate):
        for child in formula.children:
            yield from _own_atoms(child)
    else:
        yield formula


def _stage(stage: Stage, plan: Plan, model: DataModel, texts: dict[Atom, str]) -> PlannedStage:
    questions = tuple(
        PlannedQuestion(_text(atom, plan, texts), plan.users_of(atom))
        for atom in atoms_of_stage(stage)
    )
    kind = type(stage).__name__.removesuffix("Stage").lower()
    return PlannedStage(kind, describe(stage), questions, _sql(stage, plan, model))


def _text(atom: Atom, plan: Plan, texts: dict[Atom, str]) -> str:
    if isinstance(atom, MemberAtom):
        return _membership(atom.member)
    return texts.get(atom) or f"who is asked about at all, in {plan.users_of(atom)[0]}"


def _membership(member: Member) -> str:
    if member.listed is not None:
        return f"on the list {member.listed}"
    version = "" if member.version is None else f" (version {member.version})"
    if member.changed is not None:
        return f"{member.changed.kind} the segment {member.segment}{version}"
    return f"in the segment {member.segment}{version}"


def _sql(stage: Stage, plan: Plan, model: DataModel) -> str | None:
    """Return what a stage would run."""
    match stage:
        case EntityStage(atoms):
            tree = entity_scan(atoms, model)
        case EventStage(scan, atoms):
            tree = event_scan(scan, atoms, model, plan.as_of)
        case PathStage(atom):
            tree = path_scan(atom, model)
        case MemberStage(atom) if atom.member.listed is not None:
            tree = list_select(model, atom.member.listed)
        case MemberStage() | IndexStage():
            return None
        case _:
            tree = rank_scan(stage.atom, model, plan.as_of)
    return tree.sql(DIALECT, pretty=True)
