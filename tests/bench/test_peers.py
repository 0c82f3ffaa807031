"""Environments of peers: pinned, and made again when the pins change."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import peers
from bench.contenders import PARTS
from bench.places import REPOSITORY, peers_folder

PINS = REPOSITORY / "bench" / "peers"


def test_every_environment_is_pinned_to_the_last_digit() -> None:
    for part in PARTS:
        for one in part.contenders:
            if one.environment is not None:
                lines = (PINS / f"{one.environment}.txt").read_text(encoding="utf-8").split()
                assert all("==" in line for line in lines)
                assert lines


def test_an_environment_counts_as_installed_while_its_pins_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_BENCH_PEERS", str(tmp_path))
    assert peers_folder() == tmp_path
    assert peers.installed("polars") is None
    made: list[tuple[str, ...]] = []

    def run(*command: str) -> None:
        made.append(command)
        (tmp_path / "polars").mkdir(exist_ok=True)

    monkeypatch.setattr(peers, "_run", run)
    python = peers.install("polars", progress=lambda _: None)
    assert peers.installed("polars") == python == tmp_path / "polars" / "bin" / "python"
    peers.install("polars", progress=lambda _: None)
    assert len(made) == 2, "one to make it, one to fill it"
    (tmp_path / "polars" / "installed").write_text("of other pins", encoding="ascii")
    assert peers.installed("polars") is None
