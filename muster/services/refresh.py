"""Refresh: evaluate rules as one wave and publish their segments, all of them or none."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from muster.base.errors import EngineFailed, InvalidFile, MusterError, NotFound, Unavailable
from muster.base.records import Run, RunState, Segment, SegmentVersion
from muster.compile.atoms import EventAtom, MemberAtom, PathAtom, RankAtom, atoms_of
from muster.compile.bind import BoundRule
from muster.compile.select import rule_select
from muster.engines import bits
from muster.engines.bitmap_files import write_members
from muster.engines.bits import Words
from muster.engines.entities import EntityDictionary
from muster.engines.evaluate import Evaluated, Outcome, Progress, evaluate_plan
from muster.engines.freshness import newest_event
from muster.services.context import WorkspaceContext
from muster.services.members import bitmap_name, stored_members, version_members
from muster.services.sweeping import sweep
from muster.services.wave import Catalog, plan_wave, read_catalog
from muster.services.workspaces import current_model
from muster.store import audit, runs
from muster.store import segments as segment_store
from muster.store.segments import ComputedFrom


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh published, parents first, and what it took in seconds."""

    run: Run
    versions: tuple[tuple[str, SegmentVersion], ...]
    seconds: float


def refresh(
    context: WorkspaceContext,
    names: Iterable[str] | None = None,
    *,
    as_of: datetime | None = None,
    progress: Progress | None = None,
) -> Refreshed:
    """Refresh the named rules (None = all) with the parents they need, at one instant.

    Readers keep seeing the old versions until everything is evaluated and written; then all new
    versions appear in one transaction. A failure leaves the old versions and a failed run.

    Raises:
        NotFound, InvalidRule, Conflict: before anything runs.
        EngineFailed: the warehouse failed; the run says so too.
    """
    started = time.perf_counter()
    model = current_model(context)
    catalog = read_catalog(context, model)
    chosen = tuple(catalog.definitions) if names is None else tuple(names)
    if not chosen:
        raise NotFound(
            "NO_RULES",
            "There is no rule to refresh.",
            hint="Write some first: `muster rule apply rules.yml`.",
        )
    instant = as_of or context.resources.clock.now_utc()
    plan = plan_wave(catalog, chosen, as_of=instant)
    workspace_id = context.workspace.id
    rule_names = tuple(rule.name for rule in plan.rules)
    with context.transaction() as connection:
        run = runs.create(connection, workspace_id, as_of=instant, rules=rule_names)
        run = runs.start(connection, workspace_id, run.id)
    written: list[Path] = []
    try:
        with context.open_warehouse() as warehouse:
            evaluated = evaluate_plan(
                plan,
                model,
                warehouse,
                folder=context.folder,
                stored=stored_members(context),
                progress=progress,
            )
            watermark = newest_event(warehouse, model, _sources(plan.rules), before=instant)
        for rule in plan.rules:
            name = bitmap_name(context, rule.name, run.id)
            target = context.resources.data_folder / name
            _write_members(target, evaluated.outcomes[rule.name].members, evaluated.entities)
            written.append(target)
        versions, run = _publish(
            context, catalog, evaluated, run, watermark, time.perf_counter() - started
        )
    except BaseException as error:
        for path in written:
            path.unlink(missing_ok=True)
        _fail(context, run, error)
        raise
    sweep(context, catalog, tuple(segment for segment, _ in versions), instant)
    return Refreshed(
        run,
        tuple((segment.name, version) for segment, version in versions),
        time.perf_counter() - started,
    )


def _publish(
    context: WorkspaceContext,
    catalog: Catalog,
    evaluated: Evaluated,
    run: Run,
    watermark: datetime | None,
    seconds: float,
) -> tuple[list[tuple[Segment, SegmentVersion]], Run]:
    """Publish every outcome and finish the run, in one transaction."""
    workspace_id = context.workspace.id
    published: list[tuple[Segment, SegmentVersion]] = []
    numbers: dict[str, int] = {
        name: found.current.number for name, found in catalog.segments.items() if found.current
    }
    selects = {  # written before the transaction, which holds locks
        name: rule_select(outcome.rule, catalog.model).sql("duckdb", pretty=True)
        for name, outcome in evaluated.outcomes.items()
    }
    with context.transaction() as connection:
        for name, outcome in evaluated.outcomes.items():
            rule = catalog.rules[name]
            segment = segment_store.ensure(connection, workspace_id, rule)
            entered, left = _difference(context, segment, outcome, evaluated)
            version = segment_store.publish(
                connection,
                workspace_id,
                segment.id,
                rule_version=rule.version,
                run_id=run.id,
                size=bits.count(outcome.members),
                entered=entered,
                left=left,
                universe_size=bits.count(outcome.universe),
                unknown_size=bits.count(outcome.unknown),
                as_of=run.as_of,
                watermark=watermark,
                bitmap=str(bitmap_name(context, name, run.id)),
                sql=selects[name],
                seconds=outcome.seconds,
                computed_from=_sources_of(outcome.rule, catalog, numbers),
            )
            numbers[name] = version.number
            published.append((segment, version))
        finished = runs.finish(
            connection,
            workspace_id,
            run.id,
            state=RunState.PUBLISHED,
            figures={
                "seconds": round(seconds, 3),
                "stages": [
                    {"what": item.what, "seconds": round(item.seconds, 4), "rows": item.rows}
                    for item in evaluated.times
                ],
            },
        )
        audit.record(
            connection,
            workspace_id,
            actor=context.actor,
            action="segment.refresh",
            subject=f"run {run.id}",
            before=None,
            after={segment.name: version.size for segment, version in published},
            reason="",
        )
    return published, finished


def _write_members(target: Path, members: Words, entities: EntityDictionary) -> None:
    try:
        write_members(target, members, entities)
    except OSError as error:
        with suppress(OSError):
            for half in target.parent.glob(f"{target.name}.tmp*"):
                half.unlink()
        raise Unavailable(
            "MEMBERS_UNWRITABLE",
            f"The members cannot be written to {target}: {error.strerror or error}.",
            hint="Check the free space of the data folder and the rights on it.",
            path=str(target),
        ) from error


def _difference(
    context: WorkspaceContext, segment: Segment, outcome: Outcome, evaluated: Evaluated
) -> tuple[int, int]:
    """Return how many entered and left since the version readers see now.

    If that one's members are lost or damaged, all count as entered: a refresh heals the segment.
    """
    if segment.current is None or segment.current.bitmap is None:
        return bits.count(outcome.members), 0
    try:
        before = version_members(context, segment.current, evaluated.entities)
    except (InvalidFile, NotFound):
        return bits.count(outcome.members), 0
    return bits.count(outcome.members & ~before), bits.count(before & ~outcome.members)


def _sources(rules: Iterable[BoundRule]) -> tuple[str, ...]:
    """Return the event sources that rules look at."""
    found: set[str] = set()
    for rule in rules:
        formulas = [rule.where] if rule.universe is None else [rule.where, rule.universe]
        for atom in (atom for formula in formulas for atom in atoms_of(formula)):
            if isinstance(atom, EventAtom | RankAtom):
                found |= set(atom.scan.sources)
            elif isinstance(atom, PathAtom):
                found |= {source for step in atom.steps for source in step.sources}
        if rule.limit is not None and rule.limit.scan is not None:
            found |= set(rule.limit.scan.sources)
    return tuple(sorted(found))


def _sources_of(
    rule: BoundRule, catalog: Catalog, numbers: dict[str, int]
) -> tuple[ComputedFrom, ...]:
    """Return what a version was computed from: tables, and parents in their versions."""
    model = catalog.model
    tables = {model.entity.table}
    tables |= {model.events[name].table for name in _sources([rule])}
    parents: dict[str, int] = {}
    formulas = [rule.where, *rule.exclude]
    if rule.universe is not None:
        formulas.append(rule.universe)
    for atom in (atom for formula in formulas for atom in atoms_of(formula)):
        if isinstance(atom, MemberAtom):
            member = atom.member
            if member.listed is not None:
                tables.add(model.lists[member.listed].table)
            elif str(member.segment) in numbers:
                name = str(member.segment)
                parents[name] = member.version or numbers[name]
    return (
        *(ComputedFrom("segment", name, number) for name, number in sorted(parents.items())),
        *(ComputedFrom("table", name) for name in sorted(tables)),
    )


def _fail(context: WorkspaceContext, run: Run, error: BaseException) -> None:
    """Write down why a run failed; a cancelled run was closed by whoever cancelled it."""
    code = error.code if isinstance(error, MusterError) else type(error).__name__.upper()
    sentence = error.sentence if isinstance(error, MusterError) else str(error)
    stopped = isinstance(error, KeyboardInterrupt) or (
        isinstance(error, EngineFailed) and error.kind == "interrupted"
    )
    state = RunState.CANCELLED if stopped else RunState.FAILED
    with context.transaction() as connection:
        if runs.by_id(connection, context.workspace.id, run.id).state is RunState.RUNNING:
            runs.finish(
                connection,
                context.workspace.id,
                run.id,
                state=state,
                error_code=code,
                error=sentence or code,
            )
