"""Shares of everyone, compared with the reference key by key."""

from __future__ import annotations

from dataclasses import replace
from hashlib import md5
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.compile.atoms import EntityAtom
from muster.engines import bits
from muster.engines.entities import EntityDictionary
from muster.engines.index.attributes import covers_entity, entity_masks
from muster.engines.index.buckets import hashes_of
from muster.rules.evaluate import in_bucket
from muster.rules.nodes import Bucket
from tests.engines.index.columns_of import index_of
from tests.strategies.rows import INTEGER_KEYS, STRING_KEYS

WHOLE_KEYS = np.array([*INTEGER_KEYS, 0, -1, -(2**63), 2**63 - 1, 10**18], dtype=np.int64)
TEXT_KEYS = np.array([*STRING_KEYS, "", "x" * 54, "é" * 27, "y" * 200], dtype=object)
SALTS = ("", "exp1", "ünï'", "s" * 30, "s" * 53, "s" * 54, "s" * 55, "s" * 64, "s" * 200)
BUCKETS = (
    *(("0", "1"), ("0", "0.5"), ("0.5", "1"), ("0.333333333333", "0.666666666666"), ("1", "1")),
    *(("0", "0"), ("0.9999999999999", "1"), ("0.25", "0.25")),
)


@pytest.mark.parametrize("salt", SALTS)
@pytest.mark.parametrize("keys", [WHOLE_KEYS, TEXT_KEYS], ids=["numbers", "texts"])
def test_hashes_are_the_beginnings_of_md5(keys: Any, salt: str) -> None:
    wanted = [md5(f"{salt}:{key}".encode()).hexdigest()[:8] for key in keys.tolist()]
    assert [f"{found:08x}" for found in hashes_of(keys, salt).tolist()] == wanted


@given(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8")), min_size=1))
def test_keys_of_any_text_are_hashed(keys: list[str]) -> None:
    found = hashes_of(np.array(keys, dtype=object), "salt")
    wanted = [int(md5(f"salt:{key}".encode()).hexdigest()[:8], 16) for key in keys]
    assert found.tolist() == wanted


def test_more_keys_than_are_hashed_at_once_keep_their_places() -> None:
    keys = np.arange(20_000) * 977
    found = hashes_of(keys, "s")
    for place in (0, 8191, 8192, 16_384, 19_999):
        assert found[place] == hashes_of(keys[place : place + 1], "s")[0]


@pytest.mark.parametrize("keys", [WHOLE_KEYS, TEXT_KEYS], ids=["numbers", "texts"])
def test_shares_hold_whom_the_reference_says(keys: Any) -> None:
    index = replace(index_of({}, [{}] * len(keys)), entities=EntityDictionary(keys))
    asked = [Bucket(salt, low, high) for salt in SALTS[:3] for low, high in BUCKETS]
    atoms = {EntityAtom(bucket): bucket for bucket in asked}
    assert all(covers_entity(atom, index) for atom in atoms)
    for atom, mask in entity_masks(atoms, index).items():
        wanted = [in_bucket(atoms[atom], key) for key in keys.tolist()]  # type: ignore[index]
        assert bits.to_flags(mask.true, len(keys)).tolist() == wanted
        assert (mask.false == (index.present & ~mask.true)).all()
