"""The disk is full: what was published stays whole, nothing half stays, and a retry works later."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from muster.base.errors import EngineFailed
from muster.base.records import RunState
from muster.services.access import enter_locally
from muster.services.context import WorkspaceContext
from muster.services.loading import load_files
from muster.services.refresh import refresh
from muster.services.segments import list_segments, read_members
from muster.services.triggering import retry_run, trigger
from muster.settings import Settings
from muster.wiring import open_resources
from tests.jobs.test_worker import log_of, read, wait_for
from tests.services.small_workspace import CLOCK, NAME, Installation, keys, write_files
from tests.soak.killing import check_whole, every_run, wait_until

MEGABYTE = 2**20

# the same payments, but to be sorted with a hundred megabytes of others
MUCH = """
ALTER TABLE payments RENAME TO kept;
CREATE VIEW payments AS SELECT * FROM kept WHERE (
    SELECT max(place) FROM (
        SELECT row_number() OVER (ORDER BY hash(i)) AS place FROM range(6_000_000) AS r(i)
    )
) > 0
"""


class SmallDisk:
    """A disk of a few megabytes in place of a folder, with what was in it."""

    def __init__(self, folder: Path, *, megabytes: int) -> None:
        self.folder = folder
        self._filler = folder / "filler"
        kept = folder.with_name(f"{folder.name}.kept")
        if folder.exists():
            shutil.copytree(folder, kept)
        folder.mkdir(parents=True, exist_ok=True)
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        if mounted.returncode != 0:
            pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
        if kept.exists():
            shutil.copytree(kept, folder, dirs_exist_ok=True)

    def fill(self, *, but: int = 0) -> None:
        """Leave no space, but so many bytes."""
        with self._filler.open("wb", buffering=0) as file:
            with pytest.raises(OSError, match="No space left on device"):
                file.writelines(itertools.repeat(b"x" * 4096))
            file.truncate(max(file.tell() - but, 0))

    def free(self) -> None:
        """Give the space back."""
        self._filler.unlink()

    def close(self) -> None:
        """Take the disk away."""
        subprocess.run(["umount", "-l", str(self.folder)], check=True)


MakeDisk = Callable[..., SmallDisk]


@pytest.fixture
def make_disk() -> Iterator[MakeDisk]:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a small disk can be mounted by root alone")
    made: list[SmallDisk] = []

    def make(folder: Path, *, megabytes: int) -> SmallDisk:
        made.append(SmallDisk(folder, megabytes=megabytes))
        return made[-1]

    yield make
    for disk in made:
        disk.close()


def files(context: WorkspaceContext) -> set[str]:
    folder = context.folder / "segments"
    return {str(path.relative_to(folder)) for path in folder.rglob("*.members*")}


def served(context: WorkspaceContext, name: str) -> set[int]:
    return {row[0] for row in read_members(context, name, limit=1000).rows}


def test_members_that_find_no_space_are_not_published_until_there_is_some(
    context: WorkspaceContext, start_worker, make_disk: MakeDisk, caplog
) -> None:
    disk = make_disk(context.folder / "segments", megabytes=1)
    disk.fill()
    before, listed = files(context), list_segments(context)
    start_worker(lease_seconds=30)
    run, _ = trigger(context, None)
    wait_until(lambda: read(context, run.id).error_code is not None, what="it fails")
    waiting = read(context, run.id)
    assert (waiting.state, waiting.error_code) == (RunState.QUEUED, "MEMBERS_UNWRITABLE")
    assert "No space left on device" in str(waiting.error)
    assert any("No space left on device" in line for line in log_of(context, run.id))
    wait_until(lambda: files(context) == before, what="nothing half stays")
    assert list_segments(context) == listed
    assert served(context, "quiet") == keys(where="quiet")
    disk.free()
    wait_for(context, run.id, RunState.PUBLISHED)
    assert served(context, "quiet") == keys(where="quiet")
    check_whole(context, [run.id])


def test_a_run_that_used_up_its_attempts_can_be_repeated_when_there_is_space(
    context: WorkspaceContext, start_worker, make_disk: MakeDisk
) -> None:
    disk = make_disk(context.folder / "segments", megabytes=1)
    disk.fill()
    start_worker(lease_seconds=30)
    run, _ = trigger(context, ["quiet"])
    wait_for(context, run.id, RunState.FAILED)
    failed = read(context, run.id)
    assert (failed.error_code, failed.dead_letter) == ("MEMBERS_UNWRITABLE", True)
    disk.free()
    again = retry_run(context, run.id)
    wait_for(context, again.id, RunState.PUBLISHED)
    check_whole(context, [again.id])


def test_an_evaluation_that_finds_no_space_for_its_temporary_files_fails_and_says_so(
    installation: Installation, settings: Settings, make_disk: MakeDisk
) -> None:
    with installation.opened() as context:
        with context.open_warehouse(read_only=False) as warehouse:
            warehouse.connection.execute(MUCH).fetchall()
        disk = make_disk(context.folder / "warehouse.duckdb.tmp", megabytes=1)
        disk.fill()
        listed, before = list_segments(context), files(context)
    tight = settings.model_copy(update={"memory_limit_mb": 64})
    with open_resources(tight, clock=CLOCK) as resources:
        context = enter_locally(resources, NAME, actor="tester")
        with pytest.raises(EngineFailed) as failed:
            refresh(context, ["spenders"])
        assert failed.value.kind == "disk_full"
        run = every_run(context)[0]
        assert (run.state, run.error_code) == (RunState.FAILED, "ENGINE_DISK_FULL")
        assert "disk is full" in str(run.error)
        assert (list_segments(context), files(context)) == (listed, before)
        assert served(context, "spenders") == keys(where="spenders")


def test_a_load_into_a_full_disk_leaves_the_old_warehouse_whole(
    context: WorkspaceContext, make_disk: MakeDisk, tmp_path: Path
) -> None:
    more = write_files(tmp_path / "more")
    with (more / "payments.csv").open("a") as file:
        file.writelines(
            f"{10_000 + number},{number % 40 + 1},2025-05-01 00:00:00,{number % 977},"
            f"Books-{number},2025-05-02 00:00:00\n"
            for number in range(120_000)
        )
    disk = make_disk(context.folder, megabytes=16)
    disk.fill(but=MEGABYTE // 2)
    with pytest.raises(EngineFailed) as failed:
        load_files(context, more)
    assert failed.value.kind == "disk_full"
    disk.free()
    refresh(context)
    assert served(context, "spenders") == keys(where="spenders")
    load_files(context, more)
    refresh(context)
    assert served(context, "spenders") != keys(where="spenders")
