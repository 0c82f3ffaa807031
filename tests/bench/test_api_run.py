"""The benchmark of the API end to end on a small catalogue, and what makes it fail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bench import api
from bench.api_catalog import Catalogue
from tests.bench.tiny_server import Answers, tiny_server


@pytest.fixture(autouse=True)
def bench_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSTER_BENCH_DATA", str(tmp_path))
    return tmp_path


def few(_data: Path, **_sizes: Any) -> Catalogue:
    return Catalogue(rule_ids=tuple(range(1, 31)), segment_ids=(7, 8))


@contextmanager
def answering(answers: Answers) -> Iterator[int]:
    with tiny_server(answers) as port:
        yield port


def test_the_smoke_run_measures_every_request_and_leaves_nothing(
    bench_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert api.main(["--smoke"]) == 0
    told = capsys.readouterr().out
    for name in ("list rules", "get rule", "list segments", "get segment", "trigger", "count"):
        assert f"| {name}" in told
    assert "50 clients" in told
    assert list(bench_data.iterdir()) == []


@pytest.mark.parametrize(("status", "code"), [(200, 0), (404, 1), (500, 1)])
def test_a_failing_answer_fails_the_command(
    bench_data: Path, capsys: pytest.CaptureFixture[str], status: int, code: int
) -> None:
    answers = Answers(status=status)
    output = bench_data / "RESULTS_API.md"
    arguments = ["--seconds", "0.1", "--output", str(output)]
    assert api.main(arguments, prepare=few, serve=lambda _: answering(answers)) == code
    assert capsys.readouterr().out.endswith(f"wrote {output}\n")
    text = output.read_text(encoding="utf-8")
    assert "30 rules and 2 segments" in text
    (line,) = [line for line in text.splitlines() if line.startswith("| list rules")]
    assert line.endswith(" 0 |") is (status == 200)
    paths = {path.partition("?")[0] for _, path, _ in answers.asked}
    assert {"/api/rules", "/api/rules/1", "/api/segments", "/api/segments/7", "/api/count"} <= paths
