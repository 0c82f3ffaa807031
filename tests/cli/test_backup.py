"""`muster backup` and `muster restore` as they are typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Muster
from tests.services.small_workspace import Installation, new_database


def test_a_backup_is_restored_elsewhere(
    muster: Muster, installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = muster("segment", "list", "--json").json
    taken = muster("backup", "all.backup", "--json")
    assert taken.code == 0
    assert (taken.json["workspaces"], taken.json["secret_key"]) == (["shop"], False)
    assert taken.json["bytes"] == (tmp_path / "all.backup").stat().st_size
    again = muster("backup", "all.backup", "--json")
    assert (again.code, again.error["code"]) == (2, "BACKUP_EXISTS")
    with new_database(installation.server, template="template1") as name:
        monkeypatch.setenv("MUSTER_DATABASE_URL", installation.server.url(database=name))
        monkeypatch.setenv("MUSTER_DATA", str(tmp_path / "restored"))
        restored = muster("restore", "all.backup")
        assert restored.code == 0
        assert restored.out.startswith("Restored 1 workspaces as of ")
        assert muster("segment", "list", "--json").json == before
        assert muster("audit", "verify").code == 0
        again = muster("restore", "all.backup", "--json")
        assert (again.code, again.error["code"]) == (2, "RESTORE_NOT_EMPTY")
        assert muster("restore", "all.backup", "--force").code == 0
        assert muster("segment", "list", "--json").json == before


def test_what_was_left_out_is_said(muster: Muster) -> None:
    taken = muster("backup", "small.backup", "--without-warehouse")
    assert "small.backup" in taken.out
    assert "secret key is not in it" in taken.err


def test_a_missing_file_is_said(muster: Muster) -> None:
    missed = muster("restore", "none.backup", "--force", "--json")
    assert (missed.code, missed.error["code"]) == (2, "BACKUP_MISSING")
