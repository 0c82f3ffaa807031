"""What is on disk is whole or not believed; a killed build leaves the last good generation."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import numpy as np
import pytest

from muster.base.errors import InvalidFile
from muster.engines.entities import extend_entities
from muster.engines.index import files
from muster.engines.index.build import build_index
from muster.engines.index.extend import extend_index
from muster.engines.index.files import drop_index, leftovers, open_index, read_manifest, sweep
from muster.engines.index.layout import AudienceIndex
from tests.engines.index.worlds_built import entity_rows, event_rows
from tests.shop import shop_model, shop_warehouse


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with shop_warehouse() as warehouse:
        build_index(warehouse, shop_model(), folder=tmp_path / "index", stamp="first")
    return tmp_path / "index"


def rows(index: AudienceIndex | None) -> object:
    assert index is not None
    return entity_rows(index), {name: event_rows(index, name) for name in index.events}


def every_file(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_there_is_no_index_where_none_was_built(tmp_path: Path) -> None:
    assert open_index(tmp_path / "index") is None
    drop_index(tmp_path / "index")
    assert leftovers(tmp_path / "index") == ()


def test_what_is_opened_again_is_what_was_built(folder: Path) -> None:
    opened = open_index(folder)
    assert opened is not None
    assert (opened.stamp, opened.size, opened.blocks) == ("first", 4, 1)
    assert rows(opened) == rows(open_index(folder, verify=False))
    with pytest.raises(ValueError, match="read-only"):
        opened.events["card"].at[0] = 0


def test_every_flipped_byte_is_found(folder: Path) -> None:
    for path in every_file(folder):
        whole = path.read_bytes()
        for place in sorted({0, len(whole) // 2, len(whole) - 1}) if whole else ():
            flipped = bytearray(whole)
            flipped[place] ^= 1 << (place % 8)
            path.write_bytes(bytes(flipped))
            with pytest.raises(InvalidFile) as raised:
                open_index(folder)
            assert raised.value.code == "INDEX_DAMAGED", path.name
        path.write_bytes(whole)
    assert open_index(folder) is not None


@pytest.mark.parametrize("harm", ["short", "long", "missing"])
def test_a_file_of_another_length_is_found_even_without_checksums(folder: Path, harm: str) -> None:
    manifest = read_manifest(folder)
    assert manifest is not None
    for array in manifest.arrays():
        path = folder / manifest.generation / array.name
        whole = path.read_bytes()
        if harm == "missing":
            path.unlink()
        else:
            path.write_bytes(whole[:-1] if harm == "short" and whole else whole + b"x")
        with pytest.raises(InvalidFile) as raised:
            open_index(folder, verify=False)
        assert raised.value.code == "INDEX_DAMAGED"
        path.write_bytes(whole)


def test_an_index_of_another_dictionary_is_not_believed(folder: Path) -> None:
    (folder.parent / "entities.npy").unlink()
    extend_entities(folder.parent, np.array([11, 12, 13, 14, 15]))
    with pytest.raises(InvalidFile, match="another entity dictionary"):
        open_index(folder)


def test_a_dictionary_that_has_grown_is_cut_to_what_the_index_knows(folder: Path) -> None:
    extend_entities(folder.parent, np.array([50, 51, 52]))
    opened = open_index(folder)
    assert opened is not None
    assert opened.size == 4


def test_a_reader_keeps_its_generation_while_the_next_ones_come(folder: Path) -> None:
    before = open_index(folder)
    assert before is not None
    seen = rows(before)
    with shop_warehouse() as warehouse:
        warehouse.connection.execute("DELETE FROM card_payments").fetchall()
        after = extend_index(before, warehouse, shop_model(), folder=folder, stamp="second")
    assert [path.name for path in folder.iterdir() if path.is_dir()] == [after.generation]
    assert rows(before) == seen
    assert event_rows(after, "card") == {}
    drop_index(folder)
    assert rows(before) == seen
    assert open_index(folder) is None


def test_links_that_are_refused_are_copies(folder: Path, monkeypatch) -> None:
    before = open_index(folder)
    assert before is not None

    def refuse(_self: Path, _target: Path) -> None:
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    with shop_warehouse() as warehouse:
        extend_index(before, warehouse, shop_model(), folder=folder, stamp="second")
    assert rows(open_index(folder)) == rows(before)


def test_leftovers_are_swept_and_the_good_generation_is_not(folder: Path) -> None:
    (folder / "20200101T000000-aaaa.tmp").mkdir()
    (folder / "20200101T000000-aaaa.tmp" / "present").write_bytes(b"half")
    (folder / "manifest.tmp77").write_bytes(b"half")
    assert len(leftovers(folder)) == 2
    sweep(folder)
    assert leftovers(folder) == ()
    assert open_index(folder) is not None


def test_a_failing_build_leaves_nothing_but_what_was_there(folder: Path) -> None:
    def fail(what: str) -> None:
        if "cash" in what:
            raise RuntimeError("enough")

    before = rows(open_index(folder))
    with shop_warehouse() as warehouse, pytest.raises(RuntimeError, match="enough"):
        build_index(warehouse, shop_model(), folder=folder, stamp="second", progress=fail)
    assert leftovers(folder) == ()
    assert rows(open_index(folder)) == before


# What a process does at the n-th call of something on the way: it dies, as by kill -9.
_KILLED = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    from muster.engines.index import files
    from muster.engines.index.build import build_index
    from muster.engines.index.extend import extend_index
    from tests.shop import shop_model, shop_warehouse

    folder, deed, number = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    calls = 0

    def deadly(name):
        real = getattr(os, name)
        def call(*arguments, **named):
            global calls
            calls += 1
            if calls == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **named)
        setattr(os, name, call)

    with shop_warehouse() as warehouse:
        before = files.open_index(folder)
        warehouse.connection.execute("DELETE FROM card_payments WHERE payment_id = 1").fetchall()
        for name in ("fsync", "rename", "replace", "unlink", "link"):
            deadly(name)
        if deed == "build":
            build_index(warehouse, shop_model(), folder=folder, stamp="second")
        else:
            extend_index(before, warehouse, shop_model(), folder=folder, stamp="second")
    print(calls)
    """
)


def killed(folder: Path, deed: str, number: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _KILLED, str(folder), deed, str(number)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, timeout=120
    )


@pytest.mark.parametrize(
    ("deed", "number"),
    [("build", 1), ("build", 9), ("build", -6), ("build", -4), ("extend", 3), ("extend", -5)],
)
def test_a_killed_build_leaves_the_last_good_generation(
    folder: Path, deed: str, number: int
) -> None:
    before = rows(open_index(folder))
    if number < 0:  # counted from the end: around the swap of the manifest
        number += _calls(deed)
    died = killed(folder, deed, number)
    assert died.returncode == -signal.SIGKILL, died.stderr
    found = open_index(folder)
    assert found is not None
    if found.stamp == "first":
        assert rows(found) == before
    else:
        assert sum(event_rows(found, "card")[1].values()) == 1
    sweep(folder)
    assert leftovers(folder) == ()
    assert rows(open_index(folder)) == rows(found)


_COUNTED: dict[str, int] = {}


def _calls(deed: str) -> int:
    """Return how many such calls a whole build of the same data makes."""
    if deed not in _COUNTED:
        with tempfile.TemporaryDirectory() as place, shop_warehouse() as warehouse:
            folder = Path(place) / "index"
            build_index(warehouse, shop_model(), folder=folder, stamp="first")
            whole = killed(folder, deed, 10**9)
            assert whole.returncode == 0, whole.stderr
            _COUNTED[deed] = int(whole.stdout)
    return _COUNTED[deed]


def test_a_file_written_in_pieces_is_as_one_written_at_once(tmp_path: Path) -> None:
    values = np.arange(1000, dtype=np.int64)
    found = []
    for pieces in (1, 7):
        writer = files.ArrayWriter(tmp_path / "values", np.dtype("int32"))
        for some in np.array_split(values, pieces):
            writer.write(some)
        found.append(writer.close())
    assert found[0] == found[1]
    assert found[0].size_bytes == (tmp_path / "values").stat().st_size == 4000
