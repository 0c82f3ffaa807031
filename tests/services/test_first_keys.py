"""The smallest keys above one, whether keys are numbers or text."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from muster.base.errors import InvalidInput
from muster.engines import bits
from muster.engines.bitmap_files import write_members
from muster.engines.entities import extend_entities
from muster.services.members import first_keys

NUMBERS = np.array([7, 3, 11, 5], dtype=np.int64)
TEXTS = np.array(["g", "c", "k", "e"], dtype=object)


@pytest.mark.parametrize(("keys", "ordered"), [(NUMBERS, [3, 5, 7, 11]), (TEXTS, list("cegk"))])
def test_keys_come_in_order_from_any_key_on(tmp_path, keys, ordered) -> None:
    entities = extend_entities(tmp_path, keys)
    everybody = bits.from_ordinals(np.arange(4), entities.size)
    write_members(tmp_path / "all.members", everybody, entities)
    context = SimpleNamespace(folder=tmp_path, resources=SimpleNamespace(data_folder=tmp_path))
    version = SimpleNamespace(bitmap="all.members", number=1)

    def after(key, limit):
        found, more, total = first_keys(context, version, limit=limit, after=key)
        assert total == len(keys)
        return found.tolist(), more

    assert after(None, 2) == (ordered[:2], True)
    assert after(ordered[1], 2) == (ordered[2:], False)
    assert after(ordered[0], 4) == (ordered[1:], False)
    assert after(ordered[-1], 4) == ([], False)
    with pytest.raises(InvalidInput):
        after("x" if isinstance(ordered[0], int) else 1, 2)
