"""Member files: whole or not at all, and never read with the wrong dictionary."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from muster.base.errors import InvalidFile, NotFound
from muster.engines import bits
from muster.engines.bitmap_files import read_members, write_members
from muster.engines.entities import EntityDictionary

ENTITIES = EntityDictionary(np.arange(1000))


def written(path: Path, members: list[int]) -> Path:
    write_members(path, bits.from_ordinals(np.array(members, dtype=np.int64), 1000), ENTITIES)
    return path


@pytest.mark.parametrize("members", [[], [0], [999], list(range(0, 1000, 3))])
def test_what_is_written_is_read(tmp_path: Path, members: list[int]) -> None:
    path = written(tmp_path / "deep" / "1.members", members)
    found = read_members(path, ENTITIES)
    assert bits.to_ordinals(found, 1000).tolist() == members
    assert [item.name for item in path.parent.iterdir()] == ["1.members"]


def test_a_grown_dictionary_reads_old_files(tmp_path: Path) -> None:
    path = written(tmp_path / "1.members", [5, 7])
    grown = EntityDictionary(np.arange(5000))
    assert bits.to_ordinals(read_members(path, grown), 5000).tolist() == [5, 7]


@pytest.mark.parametrize("place", [0, 20, -1])
def test_a_flipped_byte_is_found(tmp_path: Path, place: int) -> None:
    path = written(tmp_path / "1.members", [5, 7, 900])
    content = bytearray(path.read_bytes())
    content[place] ^= 0x10
    path.write_bytes(bytes(content))
    with pytest.raises(InvalidFile):
        read_members(path, ENTITIES)


def test_a_cut_file_is_found(tmp_path: Path) -> None:
    path = written(tmp_path / "1.members", list(range(500)))
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(InvalidFile) as caught:
        read_members(path, ENTITIES)
    assert caught.value.code == "MEMBERS_DAMAGED"


def test_another_dictionary_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "1.members", [1])
    with pytest.raises(InvalidFile) as caught:
        read_members(path, EntityDictionary(np.arange(1, 1001)))
    assert caught.value.code == "MEMBERS_FOREIGN"


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_members(tmp_path / "gone.members", ENTITIES)
