"""The index of a workspace is believed only while it is fresh, and mended by the next refresh."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from muster.base.errors import Busy, Forbidden
from muster.engines.index.files import LOCK, read_manifest
from muster.services import indexing
from muster.services.collecting import remove_orphans
from muster.services.context import WorkspaceContext
from muster.services.indexing import (
    IndexState,
    build_now,
    drop,
    ensure_index,
    fresh_index,
    index_status,
)
from muster.services.refresh import refresh
from muster.services.workspaces import current_model, save_model
from muster.store.file_lock import held_exclusively
from tests.services.small_workspace import AS_OF, MODEL, USERS


def ensured(context: WorkspaceContext) -> object:
    with context.open_warehouse() as warehouse:
        return ensure_index(context, current_model(context), warehouse)


def fresh(context: WorkspaceContext) -> object:
    return fresh_index(context, current_model(context))


def limited(context: WorkspaceContext, max_mb: int | None) -> WorkspaceContext:
    return replace(context, resources=replace(context.resources, index_max_mb=max_mb))


def run(context: WorkspaceContext, statement: str) -> None:
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute(statement).fetchall()


def a_file(context: WorkspaceContext) -> Path:
    manifest = read_manifest(context.folder / "index")
    assert manifest is not None
    name = manifest.events["payment"].arrays["at"].name
    return context.folder / "index" / manifest.generation / name


def test_a_refresh_leaves_a_fresh_index(context) -> None:
    index = fresh(context)
    assert index is not None
    assert index.size == len(USERS)
    assert fresh(context) is index
    status = index_status(context)
    assert (status.state, status.generation) == (IndexState.FRESH, index.generation)
    assert [part.name for part in status.parts] == ["entity", "payment", "view"]
    payments = status.parts[1]
    assert payments.rows == len(index.events["payment"].at)
    assert payments.newest_event is not None
    assert payments.newest_event < AS_OF
    assert payments.newest_ingested is not None
    folder = context.folder / "index" / index.generation
    assert status.size_bytes == sum(path.stat().st_size for path in folder.iterdir())


def test_a_load_makes_it_stale_and_ensuring_brings_it_up_to_date(context) -> None:
    before = fresh(context)
    run(context, "DELETE FROM payments WHERE payment_id % 2 = 0")
    assert fresh(context) is None
    status = index_status(context)
    assert (status.state, status.generation) == (IndexState.STALE, before.generation)
    after = ensured(context)
    assert after is fresh(context)
    assert after.versions["payment"] != before.versions["payment"]
    assert after.versions["view"] == before.versions["view"]
    assert len(after.events["payment"].at) < len(before.events["payment"].at)


def test_another_data_model_makes_it_stale_but_a_label_does_not(context) -> None:
    before = fresh(context)
    save_model(context, MODEL.replace("label: City", "label: Town"))
    same = fresh(context)
    assert same.generation == before.generation
    assert same.attributes["city"].field.label == "Town"
    save_model(context, MODEL.replace("  note: {type: string}\n", ""))
    assert fresh(context) is None
    assert index_status(context).state is IndexState.STALE
    assert "note" not in ensured(context).attributes


@pytest.mark.parametrize("harm", ["flipped", "short", "missing", "manifest"])
def test_a_damaged_index_is_not_believed_and_built_anew(context, harm, caplog) -> None:
    indexing._known.clear()  # as in another process
    path = a_file(context) if harm != "manifest" else context.folder / "index" / "manifest"
    whole = path.read_bytes()
    match harm:
        case "short":
            path.write_bytes(whole[:-1])
        case "missing":
            path.unlink()
        case _:
            path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 4]))
    assert fresh(context) is None
    assert index_status(context).state is IndexState.DAMAGED
    with caplog.at_level(logging.WARNING, "muster.index"):
        mended = ensured(context)
    assert "damaged" in caplog.text
    assert mended is not None
    assert index_status(context).state is IndexState.FRESH


def test_it_can_be_switched_off(context) -> None:
    off = limited(context, 0)
    assert fresh(off) is None
    assert ensured(off) is None
    assert index_status(off).state is IndexState.OFF


def test_one_that_would_be_too_large_is_not_built(context) -> None:
    drop(context)
    assert index_status(context).state is IndexState.ABSENT
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexing, "estimate_bytes", lambda _warehouse, _model: 3 * 1024**2)
        small = limited(context, 2)
        assert ensured(small) is None
        status = index_status(small)
        assert (status.state, fresh(small)) == (IndexState.UNFIT, None)
        assert "about 3 MB, and 2 MB are allowed" in status.sentence
        assert ensured(limited(context, 3)) is not None


def test_who_finds_it_being_built_waits_and_takes_it(context) -> None:
    drop(context)
    found: list[object] = []
    folder = context.folder / "index"
    with held_exclusively(folder / LOCK, deadline_monotonic=time.monotonic() + 5):
        with pytest.raises(Busy) as raised:
            drop(context)
        assert raised.value.code == "INDEX_BUSY"
        assert remove_orphans(context).files == 0
        waiting = threading.Thread(target=lambda: found.append(ensured(context)))
        waiting.start()
        waiting.join(0.1)
        assert found == []
    waiting.join(30)
    assert found == [fresh(context)]


def test_a_build_that_the_disk_refuses_leaves_everything_to_sql(context, caplog) -> None:
    drop(context)
    blocked = context.folder / "index"
    for path in blocked.iterdir():
        path.unlink()
    blocked.rmdir()
    blocked.write_bytes(b"a file where the folder should be")
    with caplog.at_level(logging.WARNING, "muster.index"):
        assert ensured(context) is None
    assert "there is no index of shop" in caplog.text
    assert refresh(context, ["viennese"]).versions


def test_building_now_and_dropping_need_the_right_to_run(context) -> None:
    viewer = replace(context, permissions=frozenset())
    for deed in (build_now, drop):
        with pytest.raises(Forbidden):
            deed(viewer)
    before = index_status(context).generation
    assert build_now(context).generation == before
    anew = build_now(context, anew=True)
    assert anew.state is IndexState.FRESH
    assert anew.generation != before


def test_leftovers_of_killed_builds_are_collected(context) -> None:
    left = context.folder / "index" / "20200101T000000-aaaa.tmp"
    left.mkdir()
    (left / "present").write_bytes(b"half")
    seen = remove_orphans(context, dry_run=True)
    assert (seen.files, seen.size_bytes) == (1, 4)
    assert left.exists()
    assert remove_orphans(context) == seen
    assert not left.exists()
    assert fresh(context) is not None


def test_what_is_a_view_is_left_to_sql(context) -> None:
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute(
            "ALTER TABLE payments RENAME TO kept; CREATE VIEW payments AS FROM kept"
        ).fetchall()
    build_now(context)
    status = index_status(context)
    assert status.state is IndexState.FRESH
    assert status.left_out["payment"] == "it is a view, which may change by itself"
    assert "payment" not in {part.name for part in status.parts}


def test_entities_of_a_view_have_no_index(context) -> None:
    drop(context)
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute(
            "ALTER TABLE users RENAME TO kept; CREATE VIEW users AS FROM kept"
        ).fetchall()
    assert build_now(context).state is IndexState.UNFIT
    assert fresh(context) is None
