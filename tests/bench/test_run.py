"""The benchmark end to end at 2,000 entities; it fails when the contenders disagree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import bench.__main__ as command
from bench.figures import Figures
from bench.run import CONTENDERS, MUSTER, PEER, QUIET, ResultsDiffer, compare, run_rounds


@pytest.fixture(scope="module", autouse=True)
def bench_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("bench")
        patch.setenv("MUSTER_BENCH_DATA", str(folder))
        yield folder


def test_the_smoke_run_finds_equal_members_and_reports(tmp_path: Path) -> None:
    output = tmp_path / "RESULTS.md"
    assert command.main(["--smoke", "--output", str(output)]) == 0
    text = output.read_text(encoding="utf-8")
    assert "2,000 users and 40,000 transactions" in text
    assert "100 rules" in text
    assert "DuckDB, one statement per rule" in text
    assert "Muster, one wave" in text


def told(rule_a: str = "1", rule_b: str = "2", others: float = 0.0) -> Figures:
    return Figures(checksums={"a": rule_a, "b": rule_b}, others_cpu=others)


def test_rules_with_other_members_are_named() -> None:
    compare([told(), told()])
    with pytest.raises(ResultsDiffer, match="of: a, b") as caught:
        compare([told(), told(rule_b="3"), told(rule_a="4")])
    assert caught.value.rules == ["a", "b"]


def test_a_rule_that_one_contender_lacks_is_a_difference() -> None:
    with pytest.raises(ResultsDiffer, match="b"):
        compare([told(), Figures(checksums={"a": "1"})])


def test_a_difference_ends_the_command_with_its_rules(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "RESULTS.md"
    contenders = {PEER: "tests.bench.wrong_peer", MUSTER: CONTENDERS[MUSTER]}
    arguments = ["--smoke", "--output", str(output)]
    assert command.main(arguments, contenders=contenders) == 1
    assert "other members of: sport_fans." in capsys.readouterr().err
    assert not output.exists()


def rounds_of(folder: Path, disturbances: list[float], runs: int) -> tuple[list[float], list[str]]:
    """Run rounds of contenders that do nothing while others disturb them so much."""
    busy = iter(disturbances)
    calls: list[str] = []

    def run_one(module: str, _warehouse: Path) -> Figures:
        calls.append(module)
        return told(others=next(busy))

    warehouse = folder / "warehouse"
    warehouse.write_bytes(b"")
    found = run_rounds(
        warehouse,
        runs=runs,
        patience=2,
        progress=lambda _: None,
        contenders={"one": "a", "two": "b"},
        run_one=run_one,
    )
    return [one.disturbance for one in found], calls


def test_rounds_are_tried_until_enough_were_undisturbed(tmp_path: Path) -> None:
    found, calls = rounds_of(tmp_path, [0.9, 0.9, QUIET / 2, 0, 0.5, 0, 0, 0], runs=2)
    assert found == [QUIET / 2, 0]
    assert calls == ["a", "b", "b", "a"] * 2, "who is first changes"


def test_enough_undisturbed_rounds_are_enough(tmp_path: Path) -> None:
    assert len(rounds_of(tmp_path, [0, 0], runs=1)[1]) == 2


def test_when_patience_ends_the_best_rounds_there_are_count(tmp_path: Path) -> None:
    assert rounds_of(tmp_path, [0.9, 0.9, 0.5, 0.1], runs=1)[0] == [0.5]
