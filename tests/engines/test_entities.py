"""The entity dictionary: ordinals are for ever, random, and shared by processes."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import numpy as np
import pytest

from muster.base.errors import InvalidFile
from muster.engines.entities import EntityDictionary, are_distinct, extend_entities, read_entities


def texts(*keys: str) -> np.ndarray:
    return np.array(keys, dtype=object)


@pytest.mark.parametrize(
    "keys",
    [
        np.arange(1, 5000),
        np.array([-5, 0, 7, 2**62, -(2**62)]),
        texts("p_1", "p_2", "ключ", "", "a'b", "with space", "line\nbreak"),
    ],
    ids=["dense", "sparse", "text"],
)
def test_every_key_has_one_ordinal_and_others_have_none(tmp_path: Path, keys: np.ndarray) -> None:
    dictionary = extend_entities(tmp_path, keys)
    ordinals = dictionary.ordinals_of(keys)
    assert sorted(ordinals.tolist()) == list(range(len(keys)))
    assert dictionary.keys[ordinals].tolist() == keys.tolist()
    stranger = texts("nobody") if keys.dtype == object else np.array([123456789])
    assert dictionary.ordinals_of(stranger).tolist() == [-1]
    again = read_entities(tmp_path)
    assert again.keys.tolist() == dictionary.keys.tolist()


def test_ordinals_never_change(tmp_path: Path) -> None:
    first = extend_entities(tmp_path, np.arange(100))
    before = first.ordinals_of(np.arange(100)).tolist()
    after = extend_entities(tmp_path, np.arange(50, 300))
    assert after.size == 300
    assert after.ordinals_of(np.arange(100)).tolist() == before
    assert extend_entities(tmp_path, np.arange(10)).size == 300
    assert after.fingerprint(100) == first.fingerprint(100)


def test_the_same_loads_give_the_same_ordinals(tmp_path: Path) -> None:
    one = extend_entities(tmp_path / "a", np.arange(1000))
    two = extend_entities(tmp_path / "b", np.arange(1000)[::-1])
    assert one.keys.tolist() == two.keys.tolist()


def test_neighbouring_keys_are_spread(tmp_path: Path) -> None:
    keys = extend_entities(tmp_path, np.arange(10_000)).keys
    low_half = int((keys[:5000] < 5000).sum())
    assert 2200 < low_half < 2800


def test_an_empty_warehouse_is_no_problem(tmp_path: Path) -> None:
    dictionary = extend_entities(tmp_path, np.array([], dtype=np.int64))
    assert dictionary.size == 0
    assert dictionary.ordinals_of(np.array([1, 2])).tolist() == [-1, -1]
    assert extend_entities(tmp_path, texts("a")).size == 1


def test_keys_that_change_their_type_are_refused(tmp_path: Path) -> None:
    extend_entities(tmp_path, np.arange(3))
    with pytest.raises(InvalidFile, match="number and is text") as caught:
        extend_entities(tmp_path, texts("a"))
    assert caught.value.code == "KEY_TYPE_CHANGED"
    assert read_entities(tmp_path).size == 3


def test_nul_in_a_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile) as caught:
        extend_entities(tmp_path, texts("a\0b"))
    assert caught.value.code == "BAD_KEY"


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "entities.npy").write_bytes(b"nothing of the kind")
    with pytest.raises(InvalidFile) as caught:
        read_entities(tmp_path)
    assert caught.value.code == "ENTITIES_DAMAGED"


def _extend(folder: str, low: int) -> None:
    extend_entities(Path(folder), np.arange(low, low + 500))


def test_processes_that_extend_at_once_lose_nothing(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_extend, args=(str(tmp_path), n * 250)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    keys = read_entities(tmp_path).keys
    assert sorted(keys.tolist()) == list(range(1250))


@pytest.mark.parametrize(
    ("keys", "distinct"),
    [
        (np.arange(5), True),
        (np.array([3, 1, 2]), True),
        (np.array([3, 1, 3]), False),
        (np.array([1, 1]), False),
        (np.array([], dtype=np.int64), True),
        (texts("b", "a"), True),
        (texts("b", "a", "b"), False),
    ],
)
def test_a_key_that_comes_twice_is_noticed(keys: np.ndarray, distinct: bool) -> None:
    assert are_distinct(keys) is distinct


def test_fingerprints_tell_dictionaries_apart() -> None:
    one, two = (EntityDictionary(np.array(keys)) for keys in ([1, 2, 3], [1, 2, 4]))
    assert one.fingerprint(3) != two.fingerprint(3)
    assert one.fingerprint(2) == two.fingerprint(2)
