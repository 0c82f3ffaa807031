"""The benchmark end to end at 2,000 entities; it fails when the contenders disagree."""

from __future__ import annotations

from pathlib import Path

import pytest

import bench.__main__ as command
from bench import run
from bench.figures import Figures
from bench.run import MUSTER, PEER, QUIET, ResultsDiffer, compare, run_rounds


@pytest.fixture(scope="module", autouse=True)
def bench_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
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
    with pytest.raises(ResultsDiffer, match=r"2 rules .*: a, b") as caught:
        compare([told(), told(rule_b="3"), told(rule_a="4")])
    assert caught.value.rules == ["a", "b"]


def test_a_rule_that_one_contender_lacks_is_a_difference() -> None:
    with pytest.raises(ResultsDiffer, match="b"):
        compare([told(), Figures(checksums={"a": "1"})])


def test_a_difference_ends_the_command_with_its_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A peer that leaves out one member of one rule must not pass."""
    module = tmp_path / "wrong_peer.py"
    module.write_text(
        "import sys\nfrom pathlib import Path\n"
        "from bench.contender_per_rule import refresh\n"
        "figures = refresh(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "figures.checksums['sport_fans'] = 'other'\n"
        "figures.write(Path(sys.argv[3]))\n",
        encoding="utf-8",
    )
    monkeypatch.setitem(run.CONTENDERS, PEER, "runpy")
    monkeypatch.setattr(run, "REPOSITORY", tmp_path)
    monkeypatch.setitem(run.CONTENDERS, PEER, "wrong_peer")
    monkeypatch.setenv("PYTHONPATH", "")
    (tmp_path / "bench").symlink_to(command.RESULTS.parent)
    (tmp_path / "muster").symlink_to(command.RESULTS.parent.parent / "muster")
    output = tmp_path / "RESULTS.md"
    assert command.main(["--smoke", "--output", str(output)]) == 1
    assert "sport_fans" in capsys.readouterr().err
    assert not output.exists()


def test_the_least_disturbed_rounds_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounds are tried until enough were undisturbed, or patience ends."""
    busy = iter([0.9, 0.9, QUIET / 2, 0, 0.5, 0.5, 0, 0])
    calls: list[str] = []

    def contender(name: str, _warehouse: Path) -> Figures:
        calls.append(name)
        return told(others=next(busy))

    monkeypatch.setattr(run, "run_contender", contender)
    warehouse = tmp_path / "warehouse"
    warehouse.write_bytes(b"")
    rounds = run_rounds(warehouse, runs=2, patience=2, progress=lambda _: None)
    assert [found.disturbance for found in rounds] == [QUIET / 2, 0]
    assert calls == [PEER, MUSTER, MUSTER, PEER] * 2, "who is first changes"


def test_when_patience_ends_the_best_there_are_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = iter([0.9, 0.9, 0.5, 0.5])
    monkeypatch.setattr(run, "run_contender", lambda *_: told(others=next(busy)))
    (tmp_path / "warehouse").write_bytes(b"")
    rounds = run_rounds(tmp_path / "warehouse", runs=1, patience=2, progress=lambda _: None)
    assert [found.disturbance for found in rounds] == [0.5]
