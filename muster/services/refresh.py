"""Refresh: evaluate rules as one wave at one instant and publish their segments together.

`refresh` is called by a person who waits; `execute` works for whoever claimed a run. Both go the
same way: plan, evaluate, write the members, publish. Until the last step readers see what they
saw before.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from muster.base.errors import (
    Busy,
    InvalidRule,
    LostLease,
    NotFound,
    Problem,
    Unavailable,
)
from muster.base.records import (
    RuleOutcome,
    Run,
    RunOrigin,
    RunRule,
    RunState,
    Segment,
    SegmentVersion,
)
from muster.compile.atoms import MemberAtom
from muster.compile.bind import BoundRule
from muster.compile.plan import Plan
from muster.engines.base import Warehouse
from muster.engines.evaluate import Evaluated, Progress
from muster.services.attempts import Attempt, insistently, settle
from muster.services.collecting import discard, superseded
from muster.services.computed_from import is_as_published, member_atoms
from muster.services.context import WorkspaceContext
from muster.services.evaluating import evaluate_run
from muster.services.lease_keeping import kept_lease
from muster.services.members import stored_members
from muster.services.orders.flowing import flow_now
from muster.services.publishing import (
    Computed,
    Published,
    publish,
    write_files,
)
from muster.services.sweeping import sweep
from muster.services.wave import Catalog, LeftOut, plan_healthy, plan_wave, read_catalog
from muster.services.workspaces import current_model
from muster.store import leases, queue, run_rules, runs

INLINE_LEASE_SECONDS = 60.0
_logger = logging.getLogger("muster.runs")

Watch = Callable[[Warehouse], None]
"""Told which warehouse works for the run, so that a cancellation can interrupt it."""


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
    """Refresh the named rules (None = all) with the parents they need, here and now.

    Readers keep seeing the old versions until everything is evaluated and written; then all new
    versions appear in one transaction. A rule that cannot be evaluated fails alone, with what is
    made of it; any other failure leaves all old versions, and the run says why.

    Raises:
        NotFound, Conflict: before anything runs.
        InvalidRule: a single named rule, before anything runs; of several, RULES_FAILED after the
            others were published.
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
    _refuse_unknown(chosen, catalog.definitions)
    if len(chosen) == 1:
        plan_wave(catalog, chosen, as_of=instant)  # raises with every fault and its path
    with context.transaction() as connection:
        run = queue.begin(
            connection,
            context.workspace.id,
            rules=chosen,
            as_of=instant,
            origin=RunOrigin.MANUAL,
            requested_by=context.actor,
            owner=f"{context.actor} at the command line, process {os.getpid()}",
            lease_seconds=INLINE_LEASE_SECONDS,
        )
    attempt = Attempt(context, run)
    with kept_lease(context, run, lease_seconds=INLINE_LEASE_SECONDS) as keeper:
        published = execute(
            attempt,
            progress=progress,
            watch=keeper.watch,
            newer_wins=False,
            retry=False,
        )
    _refuse_failed(published.outcomes)
    return Refreshed(
        published.run,
        tuple((segment.name, version) for segment, version in published.versions),
        time.perf_counter() - started,
    )


def execute(
    attempt: Attempt,
    *,
    progress: Progress | None = None,
    watch: Watch | None = None,
    newer_wins: bool = True,
    retry: bool = True,
) -> Published:
    """Do what a claimed run asks for, and write down how it ended, whatever happens.

    Args:
        progress: told (done, total, what) beside the run's own progress.
        watch: told which warehouse works.
        newer_wins: see `publish`.
        retry: a passing failure puts the run back into the queue.

    Raises:
        BaseException: what went wrong; the run tells of it already.
    """
    try:
        published, catalog = _evaluate_and_publish(
            attempt, progress or _silent, watch or _unwatched, newer_wins=newer_wins
        )
    except BaseException as error:
        settle(attempt, error, retry=retry)
        discard(attempt)
        raise
    _tidy(attempt, published, catalog)
    return published


def _evaluate_and_publish(
    attempt: Attempt, progress: Progress, watch: Watch, *, newer_wins: bool
) -> tuple[Published, Catalog]:
    context, run = attempt.context, attempt.run
    started = time.perf_counter()
    attempt.log(f"Attempt {run.attempt} begins, as of {run.as_of:%Y-%m-%d %H:%M:%S} UTC.")
    flow_now(context, say=attempt.log)
    catalog = read_catalog(context, current_model(context))
    members = _Remembered(stored_members(context))
    plan, left_out = plan_healthy(catalog, run.rules, as_of=run.as_of, check=members.read)
    _begin_rules(attempt, [rule.name for rule in plan.rules], left_out)
    for one in left_out:
        attempt.log(f"{one.rule}: {one.sentence}", level="warning", detail={"code": one.code})
    if not plan.rules:
        nothing = Computed(catalog, None, left_out, None, time.perf_counter() - started)
        return _publish(attempt, nothing, newer_wins=newer_wins), catalog

    def tell(done: int, total: int, what: str) -> None:
        progress(done, total, what)
        attempt.progress(0.02 + 0.85 * done / max(total, 1), what)

    evaluated, watermark = evaluate_run(
        context, plan, catalog, stored=members, progress=tell, watch=watch
    )
    attempt.log(_told(plan, evaluated))
    attempt.progress(0.9, "writing members")
    write_files(attempt, evaluated)
    attempt.progress(0.97, "publishing")
    computed = Computed(catalog, evaluated, left_out, watermark, time.perf_counter() - started)
    return _publish(attempt, computed, newer_wins=newer_wins), catalog


def _told(plan: Plan, evaluated: Evaluated) -> str:
    """Say how the questions were answered."""
    return (
        f"{len(plan.rules)} rules evaluated: {plan.asked} questions, {plan.distinct} after sharing,"
        f" {evaluated.reused} of them reused, {len(evaluated.indexed)} for the audience index."
    )


def _publish(attempt: Attempt, computed: Computed, *, newer_wins: bool) -> Published:
    """Publish, through losses of the database; a commit whose answer was lost counts."""
    tries: list[None] = []

    def once() -> Published:
        tries.append(None)
        try:
            return publish(attempt, computed, newer_wins=newer_wins)
        except LostLease:
            done = _published_before(attempt) if len(tries) > 1 else None
            if done is None:
                raise
            return done

    published = insistently(once)
    # by the outcomes: of a commit whose answer was lost, the versions are not known here
    number = sum(one.outcome is RuleOutcome.PUBLISHED for one in published.outcomes)
    words = f"{number} segments published."
    if published.run.error:
        words += f" {published.run.error}"
    attempt.log(words, level="error" if published.run.state is RunState.FAILED else "info")
    return published


def _published_before(attempt: Attempt) -> Published | None:
    """Return what this very attempt published by a commit whose answer never came."""
    run = attempt.run
    with attempt.context.transaction() as connection:
        present = runs.by_id(connection, run.workspace_id, run.id)
        if present.fence != run.fence or present.figures is None:
            return None
        outcomes = run_rules.of_run(connection, run.workspace_id, run.id)
    return Published(present, (), outcomes)


def _begin_rules(attempt: Attempt, names: Iterable[str], left_out: Iterable[LeftOut]) -> None:
    """Write which rules this attempt is about; those left out are decided already."""
    run = attempt.run
    rows = [
        RunRule(run.id, name, RuleOutcome.PENDING, None, None, None, None, None) for name in names
    ]
    rows += [
        RunRule(run.id, one.rule, one.outcome, None, None, None, one.code, one.sentence)
        for one in left_out
    ]

    def write() -> None:
        with attempt.context.transaction() as connection:
            leases.hold(connection, run)
            run_rules.replace(connection, run.workspace_id, run.id, rows)

    insistently(write)


def _tidy(attempt: Attempt, published: Published, catalog: Catalog) -> None:
    """Drop what the new versions replace; what fails here is logged and done by a later run."""
    superseded(attempt, [one.rule for one in published.outcomes])
    segments: tuple[Segment, ...] = tuple(segment for segment, _ in published.versions)
    try:
        sweep(attempt.context, catalog, segments, attempt.run.as_of)
    except (Busy, Unavailable, OSError) as error:
        _logger.warning("old members of run %s were not swept: %s", attempt.run.id, error)


class _Remembered:
    """Members of published segments, each read once; a rule whose are missing fails early."""

    def __init__(self, stored: Callable[[MemberAtom], NDArray[np.int64]]) -> None:
        self._stored = stored
        self._known: dict[MemberAtom, NDArray[np.int64]] = {}

    def __call__(self, atom: MemberAtom) -> NDArray[np.int64]:
        if atom not in self._known:
            self._known[atom] = self._stored(atom)
        return self._known[atom]

    def read(self, rule: BoundRule, wave: frozenset[str]) -> None:
        """Read what a rule needs from outside its wave.

        Raises:
            NotFound, Conflict, InvalidFile: it is not there (any more).
        """
        for atom in member_atoms(rule):
            if is_as_published(atom, wave):
                self(atom)


def _refuse_unknown(chosen: Iterable[str], known: Iterable[str]) -> None:
    names = set(known)
    for name in chosen:
        if name not in names:
            raise NotFound(
                "UNKNOWN_RULE",
                f'There is no rule "{name}" in this workspace.',
                hint=f"Known: {', '.join(sorted(names)[:20])}.",
            )


def _refuse_failed(outcomes: Iterable[RunRule]) -> None:
    """Raise for rules that failed although the others were published."""
    problems = [
        Problem(one.error_code or "", one.rule, f"{one.rule}: {one.error}")
        for one in outcomes
        if one.outcome in (RuleOutcome.FAILED, RuleOutcome.SKIPPED)
    ]
    if problems:
        raise InvalidRule.of("RULES_FAILED", "The refresh", problems)


def _silent(_done: int, _total: int, _what: str) -> None:
    """Take progress that nobody wants."""


def _unwatched(_warehouse: Warehouse) -> None:
    """Take a warehouse that nobody interrupts."""
