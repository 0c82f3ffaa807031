"""`muster gc`: foresees, removes, says both."""

from __future__ import annotations

from muster.services.workspaces import create_workspace
from tests.services.small_workspace import Installation


def leave_file(installation: Installation) -> None:
    folder = installation.data / "workspaces" / "shop" / "segments" / "quiet"
    (folder / "77.1.members").write_bytes(b"left")


def test_a_dry_run_tells_and_changes_nothing(installation: Installation, muster) -> None:
    leave_file(installation)
    found = muster("gc", "--dry-run", "--json").json
    assert (found["dry_run"], found["run"], found["workspace"]) == (True, None, "shop")
    assert (found["removed"]["files"], found["removed"]["freed_bytes"]) == (1, 4)
    assert muster("gc", "--dry-run", "--json").json == found
    text = muster("gc", "--dry-run").out
    assert "would be removed" in text
    assert "files of members" in text


def test_what_was_foreseen_is_removed_by_a_run(installation: Installation, muster) -> None:
    leave_file(installation)
    foreseen = muster("gc", "--dry-run", "--json").json
    found = muster("gc", "--json").json
    assert found["removed"] == foreseen["removed"]
    assert found["installation"] == foreseen["installation"]
    run = muster("runs", "show", found["run"], "--json").json
    assert (run["kind"], run["state"], run["figures"]) == (
        "retention", "published", found["removed"],
    )  # fmt: skip
    again = muster("gc")
    assert again.out.startswith("There is nothing to remove.")
    assert "muster runs tail" in again.out


def test_versions_go_by_the_workspaces_setting(muster) -> None:
    for day in (2, 3):
        muster("refresh", "quiet", "--as-of", f"2025-06-0{day}")
    muster("settings", "set", "versions_kept=1")
    found = muster("gc", "--json").json["removed"]
    assert (found["versions"], found["files"]) == (2, 2)
    assert found["freed_bytes"] > 0


def test_of_several_workspaces_one_must_be_named(installation: Installation, muster) -> None:
    with installation.opened() as context:
        create_workspace(context.resources, name="next", title="", synthetic=False, actor="t")
    assert muster("gc", "--json").error["code"] == "WORKSPACE_NEEDED"
    assert muster("-w", "next", "gc").code == 0
