"""Muster's single answers: counts of drawn rules, an overlap matrix, who entered and left.

Run as ``python -m bench.contender_answers WAREHOUSE FOLDER RESULT``.
"""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path

import numpy as np

from bench.drawn import drawn_rules
from bench.figures import Figures
from bench.muster_side import Asked, asking, index_folder
from bench.places import prepared_folder
from bench.workload import hundred_rules
from muster.engines import overlap
from muster.engines.bitmap_files import read_members
from muster.engines.bits import Words
from muster.engines.leaf_cache import DataLeaves, LeafCache

WARM_UP = 10
"""Drawn rules that are counted before anything is timed."""


def answer(warehouse: Path) -> Figures:
    """Answer everything once and return what each answer took."""
    figures = Figures()
    with (
        figures.timed(),
        asking(warehouse, warehouse.parent, index=index_folder(warehouse)) as asked,
    ):
        _count(asked, figures)
        states = {state: _sets(asked, warehouse, state) for state in ("now", "before")}
        overlap.matrix(states["now"][:10])
        with figures.sampled("overlap"):
            matrix = overlap.matrix(states["now"])
        with figures.sampled("changes"):
            changed = [
                overlap.changes(before, now)
                for before, now in zip(states["before"], states["now"], strict=True)
            ]
    figures.answers["overlap"] = sha256(matrix.intersections.astype("<i8").tobytes()).hexdigest()
    figures.answers["changes"] = sha256(np.array(changed, dtype="<i8").tobytes()).hexdigest()
    return figures


def _count(asked: Asked, figures: Figures) -> None:
    """Count each rule with nothing kept, then, its leaves kept, after an edit of one condition."""
    assert asked.index is not None
    rules = drawn_rules()
    for drawn in rules[:WARM_UP]:
        asked.count(drawn.where)
    for number, drawn in enumerate(rules):
        with figures.sampled("count"):
            size = asked.count(drawn.where)
        leaves = DataLeaves(LeafCache(), asked.index, scope="bench")
        asked.count(drawn.where, leaves)
        with figures.sampled("count after an edit"):
            edited = asked.count(drawn.edited, leaves)
        figures.answers[f"rule {number}"] = f"{size}, edited {edited}"


def _sets(asked: Asked, warehouse: Path, state: str) -> list[Words]:
    assert asked.index is not None
    folder = prepared_folder(warehouse) / "states" / state
    return [read_members(folder / rule["name"], asked.index.entities) for rule in hundred_rules()]


if __name__ == "__main__":
    answer(Path(sys.argv[1])).write(Path(sys.argv[3]))
