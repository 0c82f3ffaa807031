"""Publishing: every new version of a run, and the run's end, in one transaction behind its fence.

Locks are taken in one order: the run's row, the segments' rows by id, the audit chain at last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from muster.base.errors import InvalidFile, NotFound, Unavailable
from muster.base.records import Rule, RuleOutcome, Run, RunRule, RunState, Segment, SegmentVersion
from muster.compile.select import rule_select
from muster.engines import bits
from muster.engines.bitmap_files import write_all_members
from muster.engines.entities import read_entities
from muster.engines.evaluate import Evaluated, Outcome
from muster.services.attempts import Attempt, tell_failure
from muster.services.computed_from import computed_from, is_as_published, member_atoms
from muster.services.members import version_members
from muster.services.notifying import size_alert
from muster.services.wave import Catalog, LeftOut
from muster.store import audit, leases, run_rules, workspace_settings
from muster.store import rules as rule_store
from muster.store import segments as segment_store
from muster.store.database import Transaction

RULES_FAILED = "RULES_FAILED"
NEWER_VERSION = "NEWER_VERSION"


@dataclass(frozen=True, slots=True)
class Computed:
    """Everything a wave came to, its members written to files already.

    ``left_out``: rules that took no part. ``seconds``: what it took until now.
    """

    catalog: Catalog
    evaluated: Evaluated | None
    left_out: tuple[LeftOut, ...]
    watermark: datetime | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Published:
    """What a run published, parents first, and what became of each of its rules."""

    run: Run
    versions: tuple[tuple[Segment, SegmentVersion], ...]
    outcomes: tuple[RunRule, ...]


def member_file(attempt: Attempt, segment: str) -> Path:
    """Return where an attempt writes a segment's members, relative to the data folder.

    The fence is in the name: an attempt that was given up but works on never overwrites a file of
    the one that took over.
    """
    folder = Path("workspaces") / attempt.context.workspace.name / "segments" / segment
    return folder / f"{attempt.run.id}.{attempt.run.fence}.members"


def write_files(attempt: Attempt, evaluated: Evaluated) -> None:
    """Write the members of every outcome.

    Raises:
        Unavailable: MEMBERS_UNWRITABLE.
    """
    resources = attempt.context.resources
    targets = {
        resources.data_folder / member_file(attempt, name): outcome.members
        for name, outcome in evaluated.outcomes.items()
    }
    try:
        write_all_members(targets, evaluated.entities, threads=resources.threads)
    except OSError as error:
        target = str(error.filename or resources.data_folder)
        raise Unavailable(
            "MEMBERS_UNWRITABLE",
            f"The members cannot be written to {target}: {error.strerror or error}.",
            hint="Check the free space of the data folder and the rights on it.",
            path=target,
        ) from error


def publish(attempt: Attempt, computed: Computed, *, newer_wins: bool) -> Published:
    """Publish what was computed and end the run.

    Args:
        newer_wins: a segment that meanwhile has a version of a later instant keeps it.

    Raises:
        LostLease, RunCancelled: nothing is published, and nothing may be.
    """
    context, run = attempt.context, attempt.run
    outcomes = {} if computed.evaluated is None else computed.evaluated.outcomes
    selects = {  # written before the transaction, which holds locks
        name: rule_select(outcome.rule, computed.catalog.model).sql("duckdb", pretty=True)
        for name, outcome in outcomes.items()
    }
    differences = _Differences(attempt)
    for name, outcome in outcomes.items():
        differences.of(computed.catalog.segments.get(name), outcome)
    with context.transaction() as connection:
        leases.hold(connection, run)
        segments, gone = _locked_segments(connection, run, computed.catalog, outcomes)
        left = {one.rule: one for one in (*computed.left_out, *gone)}
        writer = _Writer(
            attempt,
            computed,
            connection,
            segments,
            selects,
            left,
            differences,
            newer_wins,
        )
        for name, outcome in outcomes.items():
            writer.add(name, outcome)
        decided = (*writer.decided, *(_undone(run, one) for one in left.values()))
        run_rules.replace(connection, run.workspace_id, run.id, decided)
        done = _finish(connection, run, computed, decided)
        tell_failure(connection, done)
        audit.record(
            connection,
            run.workspace_id,
            actor=context.actor,
            action="segment.refresh",
            subject=f"run {run.id}",
            before=None,
            after={segment.name: version.size for segment, version in writer.versions},
            reason="",
        )
    return Published(done, tuple(writer.versions), decided)


def _locked_segments(
    connection: Transaction, run: Run, catalog: Catalog, names: Iterable[str]
) -> tuple[dict[str, Segment], list[LeftOut]]:
    """Lock the segments in one order, and find the rules that went away while they ran."""
    wanted = sorted(names)
    present = {rule.id for rule in rule_store.published(connection, run.workspace_id)}
    gone = [
        LeftOut(
            name,
            RuleOutcome.FAILED,
            "RULE_GONE",
            "The rule was archived or deleted while it was evaluated.",
        )
        for name in wanted
        if catalog.rules[name].id not in present
    ]
    absent = {one.rule for one in gone}
    for name in wanted:
        if name not in absent:
            segment_store.ensure(connection, run.workspace_id, catalog.rules[name])
    leases.lock_segments(
        connection, run, [catalog.rules[name].id for name in wanted if name not in absent]
    )
    found = {
        # again, now that nobody else can publish them
        name: segment_store.ensure(connection, run.workspace_id, catalog.rules[name])
        for name in wanted
        if name not in absent
    }
    return found, gone


class _Writer:
    """Writes the versions of one run inside its transaction."""

    def __init__(
        self,
        attempt: Attempt,
        computed: Computed,
        connection: Transaction,
        segments: Mapping[str, Segment],
        selects: Mapping[str, str],
        left: dict[str, LeftOut],
        differences: _Differences,
        newer_wins: bool,
    ) -> None:
        self._attempt = attempt
        self._computed = computed
        self._connection = connection
        self._segments = segments
        self._selects = selects
        self._left = left
        self._newer_wins = newer_wins
        self._settings, _ = workspace_settings.load(connection, attempt.run.workspace_id)
        self._numbers = {
            name: found.current.number
            for name, found in computed.catalog.segments.items()
            if found.current
        }
        self._differences = differences
        self.versions: list[tuple[Segment, SegmentVersion]] = []
        self.decided: list[RunRule] = []

    def add(self, name: str, outcome: Outcome) -> None:
        """Publish one rule's outcome, unless something speaks against it."""
        refusal = self._left.get(name) or self._refusal(name, outcome)
        if refusal is not None:
            self._left[name] = refusal
            return
        run, catalog = self._attempt.run, self._computed.catalog
        segment, rule = self._segments[name], catalog.rules[name]
        entered, left = self._differences.of(segment, outcome)
        version = segment_store.publish(
            self._connection,
            run.workspace_id,
            segment.id,
            rule_version=rule.version,
            run_id=run.id,
            size=bits.count(outcome.members),
            entered=entered,
            left=left,
            universe_size=bits.count(outcome.universe),
            unknown_size=bits.count(outcome.unknown),
            as_of=run.as_of,
            watermark=self._computed.watermark,
            bitmap=str(member_file(self._attempt, name)),
            sql=self._selects[name],
            seconds=outcome.seconds,
            computed_from=computed_from(outcome.rule, catalog, self._numbers),
        )
        self._numbers[name] = version.number
        self.versions.append((segment, version))
        self.decided.append(
            RunRule(
                run.id,
                name,
                RuleOutcome.PUBLISHED,
                version.number,
                version.size,
                outcome.seconds,
                None,
                None,
            )
        )
        self._alert(segment, rule, version)

    def _alert(self, segment: Segment, rule: Rule, version: SegmentVersion) -> None:
        size_alert(
            self._connection,
            self._attempt.run.workspace_id,
            settings=self._settings,
            segment_name=segment.name,
            title=rule.title,
            version=version,
            before=segment.current,
        )

    def _refusal(self, name: str, outcome: Outcome) -> LeftOut | None:
        for atom in member_atoms(outcome.rule):
            parent = str(atom.member.segment)
            # a child goes with its parents: its lineage may only name what it was made of
            if parent in self._left and not is_as_published(atom, self._selects):
                found = self._left[parent]
                code = NEWER_VERSION if found.code == NEWER_VERSION else "PARENT_FAILED"
                sentence = f'It is made of the segment "{parent}": {found.sentence}'
                return LeftOut(name, RuleOutcome.SKIPPED, code, sentence)
        current = self._segments[name].current
        as_of = self._attempt.run.as_of
        if self._newer_wins and current is not None and current.as_of > as_of:
            sentence = (
                f"Version {current.number} is as of {current.as_of:%Y-%m-%d %H:%M:%S} UTC,"
                f" later than this run's {as_of:%Y-%m-%d %H:%M:%S} UTC, and stays."
            )
            return LeftOut(name, RuleOutcome.SKIPPED, NEWER_VERSION, sentence)
        return None


class _Differences:
    """How many entered and left since the version readers see; computed once for each version."""

    def __init__(self, attempt: Attempt) -> None:
        self._context = attempt.context
        # read now: a version published meanwhile may know entities that the evaluation did not
        self._entities = read_entities(attempt.context.folder)
        self._known: dict[tuple[str, str | None], tuple[int, int]] = {}

    def of(self, segment: Segment | None, outcome: Outcome) -> tuple[int, int]:
        current = None if segment is None else segment.current
        key = (outcome.rule.name, None if current is None else current.bitmap)
        if key not in self._known:
            self._known[key] = self._between(current, outcome)
        return self._known[key]

    def _between(self, current: SegmentVersion | None, outcome: Outcome) -> tuple[int, int]:
        """Lost or damaged members count as none, so all entered: a refresh heals a segment."""
        if current is None or current.bitmap is None:
            return bits.count(outcome.members), 0
        try:
            before = version_members(self._context, current, self._entities)
        except (InvalidFile, NotFound):
            return bits.count(outcome.members), 0
        members = bits.grown(outcome.members, self._entities.size)
        return bits.count(members & ~before), bits.count(before & ~members)


def _undone(run: Run, left: LeftOut) -> RunRule:
    return RunRule(run.id, left.rule, left.outcome, None, None, None, left.code, left.sentence)


def _finish(
    connection: Transaction, run: Run, computed: Computed, decided: tuple[RunRule, ...]
) -> Run:
    evaluated = computed.evaluated
    times = () if evaluated is None else evaluated.times
    failed = [one for one in decided if one.outcome is RuleOutcome.FAILED]
    by_outcome = {
        outcome.value: sum(one.outcome is outcome for one in decided) for outcome in RuleOutcome
    }
    error = None
    if failed:
        first = failed[0]
        error = f'{len(failed)} of {len(decided)} rules failed, first "{first.rule}": {first.error}'
    return leases.finish(
        connection,
        run,
        state=RunState.FAILED if failed else RunState.PUBLISHED,
        figures={
            "seconds": round(computed.seconds, 3),
            "rules": {name: number for name, number in by_outcome.items() if number},
            "questions": {
                "distinct": 0 if evaluated is None else len(evaluated.answers),
                "reused": 0 if evaluated is None else evaluated.reused,
                "indexed": 0 if evaluated is None else len(evaluated.indexed),
            },
            "stages": [
                {"what": item.what, "seconds": round(item.seconds, 4), "rows": item.rows}
                for item in times
            ],
        },
        error_code=RULES_FAILED if failed else None,
        error=error,
    )
