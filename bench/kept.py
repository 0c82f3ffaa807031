"""Figures that are kept between commands, by size and part, so that one part can be run again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path

from bench.figures import Figures
from bench.places import data_folder
from bench.run import Round


def keep(size: str, part: str, rounds: list[Round], *, warehouse: Path) -> None:
    """Keep the rounds of a part; those of an earlier run are replaced."""
    path = _path(size, part)
    path.parent.mkdir(parents=True, exist_ok=True)
    found = {
        "day": date.today().isoformat(),
        "data": warehouse.name,
        "rounds": [
            {name: asdict(figures) for name, figures in one.figures.items()} for one in rounds
        ],
    }
    path.write_text(json.dumps(found), encoding="utf-8")


def kept(size: str, part: str, *, warehouse: Path) -> tuple[str, list[Round]]:
    """Return the day and the rounds of a part; none if it was not run, or on other data."""
    path = _path(size, part)
    if not path.exists():
        return "", []
    found = json.loads(path.read_text(encoding="utf-8"))
    if found["data"] != warehouse.name:
        return "", []
    return found["day"], [_round(one) for one in found["rounds"]]


def _round(told: Mapping[str, Mapping[str, object]]) -> Round:
    return Round({name: Figures.of(figures) for name, figures in told.items()})


def _path(size: str, part: str) -> Path:
    return data_folder() / "figures" / size / f"{part}.json"
