"""Rounds and their comparison: who disagrees is named, and disturbed rounds are run again."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.contenders import BUILD, DUCKDB, INDEX, Contender
from bench.figures import Figures
from bench.run import QUIET, ResultsDiffer, compare, run_rounds


def told(rule_a: str = "1", rule_b: str = "2", others: float = 0.0) -> Figures:
    return Figures(checksums={"a": rule_a, "b": rule_b}, others_cpu=others)


def test_rules_with_other_members_are_named() -> None:
    compare([told(), told()])
    with pytest.raises(ResultsDiffer, match="of: a, b") as caught:
        compare([told(), told(rule_b="3"), told(rule_a="4")])
    assert caught.value.differing == ["a", "b"]


def test_a_rule_that_one_contender_lacks_is_a_difference_unless_it_says_so() -> None:
    with pytest.raises(ResultsDiffer, match="b"):
        compare([told(), Figures(checksums={"a": "1"})])
    compare([told(), Figures(checksums={"a": "1"}, missing={"b": "no such operator"})])
    compare([told(), Figures()])  # who builds an index tells no members


def test_single_answers_are_compared_among_those_who_have_them() -> None:
    compare([told(), Figures(answers={"rule 1": "7"}), Figures(answers={"rule 1": "7"})])
    with pytest.raises(ResultsDiffer, match="rule 1"):
        compare([Figures(answers={"rule 1": "7"}), Figures(answers={"rule 1": "8"})])


def test_rounds_are_compared_with_what_is_known(tmp_path: Path) -> None:
    with pytest.raises(ResultsDiffer, match="b"):
        rounds_of(tmp_path, [0, 0], runs=1, known=told(rule_b="3"))


def rounds_of(
    folder: Path, disturbances: list[float], runs: int, known: Figures | None = None
) -> tuple[list[float], list[Contender]]:
    """Run rounds of contenders that do nothing while others disturb them so much."""
    busy = iter(disturbances)
    calls: list[Contender] = []

    def run_one(contender: Contender, _warehouse: Path) -> Figures:
        calls.append(contender)
        return told(others=next(busy))

    warehouse = folder / "warehouse"
    warehouse.write_bytes(b"")
    found = run_rounds(
        warehouse,
        (DUCKDB, INDEX),
        runs=runs,
        patience=2,
        progress=lambda _: None,
        known=() if known is None else (known,),
        run_one=run_one,
    )
    return [one.disturbance for one in found], calls


def test_rounds_are_tried_until_enough_were_undisturbed(tmp_path: Path) -> None:
    found, calls = rounds_of(tmp_path, [0.9, 0.9, QUIET / 2, 0, 0.5, 0, 0, 0], runs=2)
    assert found == [QUIET / 2, 0]
    assert calls == [DUCKDB, INDEX, INDEX, DUCKDB] * 2, "who is first changes"


def test_enough_undisturbed_rounds_are_enough(tmp_path: Path) -> None:
    assert len(rounds_of(tmp_path, [0, 0], runs=1)[1]) == 2


def test_when_patience_ends_the_best_rounds_there_are_count(tmp_path: Path) -> None:
    assert rounds_of(tmp_path, [0.9, 0.9, 0.5, 0.1], runs=1)[0] == [0.5]


def test_names_of_contenders_are_distinct_where_they_meet() -> None:
    assert len({one.name for one in (DUCKDB, INDEX, BUILD)}) == 3
