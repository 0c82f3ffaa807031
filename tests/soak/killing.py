"""Kill loops: processes of Muster killed at random instants, and what must be true afterwards.

`Killer` keeps processes alive and kills them; `check_whole` looks at database and files. Both know
nothing of what else goes on, so a soak may add servers and requests of its own.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from muster.base.records import RuleOutcome, Run, RunState
from muster.engines.entities import read_entities
from muster.services.collecting import collect
from muster.services.context import WorkspaceContext
from muster.services.evaluating import evaluate
from muster.services.members import version_members
from muster.services.wave import plan_wave, read_catalog
from muster.services.workspaces import current_model
from muster.store import run_rules, runs
from muster.store import segments as segment_store

MAIN = "from muster.cli.main import main; main()"
FINAL = (RunState.PUBLISHED, RunState.FAILED, RunState.CANCELLED)


class Killer:
    """Processes of one installation: started, killed with SIGKILL, started again."""

    def __init__(
        self,
        environment: dict[str, str],
        commands: Sequence[Sequence[str]],
        *,
        log: Path,
        seed: int = 7,
    ) -> None:
        self.environment = {**os.environ, **environment}
        self.commands = commands
        self.log = log
        self.random = random.Random(seed)
        self.kills = 0
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start every command."""
        self._processes = [self._started(command) for command in self.commands]

    def kill_at_work(self, context: WorkspaceContext, *, within_seconds: float = 0.4) -> None:
        """Wait until one of these processes has a run at work, and kill a random moment later."""

        def is_at_work() -> bool:
            self.check_alive()
            mine = [f":{process.pid}:" for process in self._processes]
            return any(
                run.state is RunState.RUNNING and any(one in str(run.owner) for one in mine)
                for run in every_run(context)
            )

        wait_until(is_at_work, what="a run is at work")
        self.kill_one(after_seconds=(0, within_seconds))

    def check_alive(self) -> None:
        """Assert that no process ended by itself."""
        for process in self._processes:
            code = process.poll()
            assert code is None, f"a process ended by itself with {code}: {self.tail()}"

    def kill_one(self, *, after_seconds: tuple[float, float]) -> None:
        """Wait a random while, kill one process at whatever it does, and start it again."""
        time.sleep(self.random.uniform(*after_seconds))
        index = self.random.randrange(len(self._processes))
        self.check_alive()
        process = self._processes[index]
        process.kill()
        process.wait()
        self.kills += 1
        self._processes[index] = self._started(self.commands[index])

    def stop(self, *, within_seconds: float = 20) -> list[int]:
        """Ask all to stop, and return how they ended; who does not is killed."""
        for process in self._processes:
            process.send_signal(signal.SIGTERM)
        codes = []
        for process in self._processes:
            try:
                codes.append(process.wait(within_seconds))
            except subprocess.TimeoutExpired:
                process.kill()
                codes.append(process.wait())
        self._processes = []
        return codes

    def _started(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-c", MAIN, *command],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def tail(self) -> str:
        """Return the end of what the processes said."""
        return self.log.read_text(errors="replace")[-2000:]


def wait_until(condition: Callable[[], bool], *, what: str, seconds: float = 120) -> None:
    """Wait for something that will come true; far too long a wait is a failure."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"never came true: {what}"
        time.sleep(0.05)


def every_run(context: WorkspaceContext) -> tuple[Run, ...]:
    """Return all runs, newest first."""
    with context.transaction() as connection:
        return runs.every(connection, context.workspace.id, limit=1_000_000)


def is_drained(context: WorkspaceContext) -> bool:
    """Whether every run is over."""
    return all(run.state in FINAL for run in every_run(context))


def check_whole(context: WorkspaceContext, triggered: Sequence[int]) -> None:
    """Assert that nothing was lost, doubled, half published, orphaned or wrong.

    Args:
        triggered: the runs that were acknowledged; each must have ended as published.
    """
    found = {int(run.id): run for run in every_run(context)}
    assert [run_id for run_id in triggered if run_id not in found] == [], "lost runs"
    bad = [run for run_id in triggered if (run := found[run_id]).state is not RunState.PUBLISHED]
    assert bad == [], "runs that did not end as published"
    _check_versions(context, found)
    collect(context)
    _check_files(context)
    _check_members(context)


def _check_versions(context: WorkspaceContext, found: dict[int, Run]) -> None:
    """Each run published each of its rules once, or says why not; half of a run is never seen."""
    published: Counter[tuple[int, str]] = Counter()
    with context.transaction() as connection:
        for segment in segment_store.every(connection, context.workspace.id):
            history = segment_store.versions(
                connection, context.workspace.id, segment.id, limit=1_000_000
            )
            numbers = [version.number for version in history]
            assert numbers == list(range(len(numbers), 0, -1)), "a gap in the versions"
            assert segment.current == (history[0] if history else None)
            published.update((int(version.run_id), segment.name) for version in history)
        assert [key for key, number in published.items() if number > 1] == [], "doubled"
        for run in found.values():
            outcomes = run_rules.of_run(connection, context.workspace.id, run.id)
            said = {one.rule for one in outcomes if one.outcome is RuleOutcome.PUBLISHED}
            wrote = {name for run_id, name in published if run_id == run.id}
            assert said == wrote, f"run {run.id} says it published {said}, and wrote {wrote}"
            if run.state in FINAL:
                assert RuleOutcome.PENDING not in {one.outcome for one in outcomes}


def _check_files(context: WorkspaceContext) -> None:
    """The files on disk are exactly those that versions point to."""
    pointed_to = set()
    with context.transaction() as connection:
        for segment in segment_store.every(connection, context.workspace.id):
            history = segment_store.versions(
                connection, context.workspace.id, segment.id, limit=1_000_000
            )
            pointed_to |= {version.bitmap for version in history if version.bitmap}
    data = context.resources.data_folder
    folder = context.folder / "segments"
    on_disk = {str(path.relative_to(data)) for path in folder.rglob("*") if path.is_file()}
    assert on_disk == pointed_to, "orphaned or missing files"
    assert list(context.folder.glob("*.tmp*")) == []


def _check_members(context: WorkspaceContext) -> None:
    """Each segment holds whom its rule means at its instant."""
    catalog = read_catalog(context, current_model(context))
    entities = read_entities(context.folder)
    for name, segment in catalog.segments.items():
        assert segment.current is not None, name
        plan = plan_wave(catalog, [name], as_of=segment.current.as_of)
        again = evaluate(context, plan, catalog).outcomes[name]
        assert (version_members(context, segment.current, entities) == again.members).all(), name
