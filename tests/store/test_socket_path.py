"""Socket paths: the true one when it fits, else a link that only its owner controls."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from muster.base.errors import Unavailable
from muster.store.socket_path import MAX_SOCKET_BYTES, SOCKET_NAME, reachable_folder


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short runtime folder of this test's own."""
    with TemporaryDirectory(dir="/tmp", prefix="m-") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


def folder_of_bytes(base: Path, count: int, letter: str = "x") -> Path:
    """A path below base that takes ``count`` bytes."""
    rest = count - len(os.fsencode(base)) - 1
    return base / (letter * (rest // len(letter.encode())))


def test_a_path_that_fits_is_taken_as_it_is(runtime: Path) -> None:
    longest = folder_of_bytes(runtime, MAX_SOCKET_BYTES - len(SOCKET_NAME) - 1)
    assert len(os.fsencode(longest / SOCKET_NAME)) == MAX_SOCKET_BYTES
    assert reachable_folder(longest) == longest
    assert list(runtime.iterdir()) == []


@pytest.mark.parametrize("letter", ["x", "ü"])
def test_a_path_one_byte_too_long_is_reached_through_a_link(runtime: Path, letter: str) -> None:
    too_long = folder_of_bytes(runtime, MAX_SOCKET_BYTES - len(SOCKET_NAME) + 1, letter)
    link = reachable_folder(too_long)
    assert link.readlink() == too_long
    assert len(os.fsencode(link / SOCKET_NAME)) <= MAX_SOCKET_BYTES
    assert link.parent == runtime / f"muster-{os.geteuid()}"
    assert link.parent.stat().st_mode & 0o777 == 0o700
    assert reachable_folder(too_long) == link


def test_a_comma_would_mean_two_hosts_so_it_is_hidden_by_a_link(runtime: Path) -> None:
    link = reachable_folder(runtime / "a,b")
    assert "," not in str(link)
    assert link.readlink() == runtime / "a,b"


def test_two_folders_have_two_links(runtime: Path) -> None:
    assert reachable_folder(runtime / "a,b") != reachable_folder(runtime / "a,c")


def test_a_link_that_leads_elsewhere_is_corrected(runtime: Path) -> None:
    link = reachable_folder(runtime / "a,b")
    link.unlink()
    link.symlink_to("/etc")
    assert reachable_folder(runtime / "a,b").readlink() == runtime / "a,b"


def test_a_link_folder_that_others_can_write_to_is_refused(runtime: Path) -> None:
    folder = runtime / f"muster-{os.geteuid()}"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(Unavailable) as refused:
        reachable_folder(runtime / "a,b")
    assert refused.value.code == "SOCKET_FOLDER_UNSAFE"
    assert list(folder.iterdir()) == []


def test_a_link_folder_that_is_itself_a_link_is_refused(runtime: Path, tmp_path: Path) -> None:
    (runtime / f"muster-{os.geteuid()}").symlink_to(tmp_path)
    with pytest.raises(Unavailable):
        reachable_folder(runtime / "a,b")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_or_long_runtime_folder_is_passed_over(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(runtime))
    for useless in (runtime / "missing", folder_of_bytes(runtime, 200)):
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(useless))
        assert reachable_folder(runtime / "a,b").parent.parent == runtime
