"""The command end to end at 2,000 entities; it fails when the contenders disagree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import bench.__main__ as command
from bench.contenders import DUCKDB, INDEX, PARTS, Part


@pytest.fixture(scope="module", autouse=True)
def bench_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("bench")
        patch.setenv("MUSTER_BENCH_DATA", str(folder))
        patch.setenv("MUSTER_BENCH_PEERS", str(folder / "peers"))
        yield folder


def test_the_smoke_run_finds_equal_members_and_answers(
    capfd: pytest.CaptureFixture[str], bench_data: Path
) -> None:
    assert command.main(["--smoke"]) == 0
    said = capfd.readouterr().out
    for contender in ("duckdb shared", "muster sql", "muster build", "muster answers"):
        assert f"{contender} " in said
    assert "The contenders agree." in said
    kept = sorted(path.stem for path in (bench_data / "figures" / "smoke").iterdir())
    assert kept == ["answers", "refresh"], "peers that are not installed are left out"


def test_parts_whose_figures_are_there_can_be_left_out(capfd: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--smoke", "--resume"]) == 0
    said = capfd.readouterr().out
    assert "refresh: kept from before" in said
    assert "round 1" not in said


def test_a_difference_ends_the_command_with_its_rules(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = replace(DUCKDB, name="wrong", module="tests.bench.wrong_peer")
    part = Part("refresh", (DUCKDB, wrong), minutes=0)
    assert command.main(["--smoke"], parts=(part,)) == 1
    assert "other members of: sport_fans." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("peers", "parts"),
    [
        ("duckdb", ["refresh", "answers"]),
        ("duckdb,postgres", ["refresh", "answers", "tenth"]),
        ("spark", ["refresh", "answers", "spark", "submit"]),
    ],
)
def test_parts_about_a_peer_run_if_it_takes_part(peers: str, parts: list[str]) -> None:
    chosen = command.chosen(PARTS, [], peers.split(","))
    assert [part.name for part in chosen] == parts
    assert all(INDEX in part.contenders for part in chosen if part.name in ("refresh", "tenth"))
