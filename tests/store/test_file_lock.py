"""File locks: shared or alone, and gone with the process that held them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen

import pytest

from muster.store.file_lock import held_exclusively, open_lock_file, try_exclusive, try_shared

HOLD = """
import sys
from pathlib import Path
from muster.store.file_lock import open_lock_file, try_exclusive
held = open_lock_file(Path(sys.argv[1]))
print(try_exclusive(held), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def descriptors(tmp_path: Path) -> Iterator[tuple[int, int]]:
    opened = [open_lock_file(tmp_path / "lock") for _ in range(2)]
    yield opened[0], opened[1]
    for descriptor in opened:
        os.close(descriptor)


def test_many_share_a_lock_and_none_of_them_has_it_alone(descriptors: tuple[int, int]) -> None:
    one, other = descriptors
    assert try_shared(one)
    assert try_shared(other)
    assert not try_exclusive(one)


def test_nobody_shares_a_lock_that_is_held_alone(descriptors: tuple[int, int]) -> None:
    one, other = descriptors
    assert try_exclusive(one)
    assert not try_exclusive(other)
    assert not try_shared(other)


def test_a_lock_is_free_after_its_block_even_when_that_fails(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with (
        pytest.raises(ZeroDivisionError),
        held_exclusively(path, deadline_monotonic=time.monotonic()),
    ):
        _ = 1 // 0
    with held_exclusively(path, deadline_monotonic=time.monotonic()):
        pass


def test_a_killed_process_holds_no_lock(
    tmp_path: Path, start_python: Callable[..., Popen[str]]
) -> None:
    path = tmp_path / "lock"
    holder = start_python(HOLD, str(path))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "True\n"
    begun = time.monotonic()
    with (
        pytest.raises(TimeoutError, match="another process"),
        held_exclusively(path, deadline_monotonic=begun + 0.1),
    ):
        pytest.fail("two holders")
    assert time.monotonic() - begun >= 0.1
    holder.kill()
    with held_exclusively(path, deadline_monotonic=time.monotonic() + 10):
        pass


def test_an_inherited_descriptor_keeps_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    held = open_lock_file(path)
    assert try_exclusive(held)
    inherited = os.dup(held)  # what a forked child has
    os.close(held)
    other = open_lock_file(path)
    assert not try_exclusive(other)
    os.close(inherited)
    assert try_exclusive(other)
    os.close(other)


def test_a_lock_file_belongs_to_the_owner_of_its_folder(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root makes files for others")
    os.chown(tmp_path, 12345, 12346)
    os.close(open_lock_file(tmp_path / "lock"))
    found = (tmp_path / "lock").stat()
    assert (found.st_uid, found.st_gid) == (12345, 12346)
