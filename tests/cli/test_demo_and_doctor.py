"""`muster demo`, `serve` and `doctor`."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from tests.cli.conftest import caller

START = "from muster.cli.main import main; main()"


@pytest.fixture
def fresh(database_url, tmp_path, monkeypatch, capsys):
    """The command line on an installation without a workspace."""
    monkeypatch.setenv("MUSTER_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MUSTER_DATABASE_URL", database_url)
    monkeypatch.setenv("MUSTER_THREADS", "1")
    monkeypatch.chdir(tmp_path)
    return caller(capsys)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_demo_makes_three_workspaces_and_keeps_them(fresh) -> None:
    ran = fresh("demo", "--no-serve", "--entities", 100)
    assert ran.code == 0
    for name in ("streaming", "payments", "retail360"):
        assert f"{name}: 100 entities, synthetic data" in ran.out
    assert ran.out.count("generated in") == 3
    assert "3 workspaces," in ran.out

    again = fresh("demo", "--no-serve", "--entities", 200, "--json").json
    assert [one["made"] for one in again["workspaces"]] == [False] * 3
    assert all(len(one["segments"]) >= 12 for one in again["workspaces"])
    assert "--fresh" in fresh("demo", "--no-serve", "--entities", 200).out
    key = fresh("segment", "members", "southern_voices", "-w", "payments", "--json").json["items"]
    for command in (
        ("segment", "list"),
        ("segment", "show", "southern_voices"),
        ("segment", "members", "southern_voices"),
        ("segment", "explain", "southern_voices", key[0]["user_id"]),
        ("segment", "lineage", "southern_voices"),
        ("count", '{"did":"card"}'),
        ("refresh", "southern_voices"),
        ("segment", "diff", "southern_voices"),
    ):
        assert "synthetic data" in fresh(*command, "-w", "payments").out
        assert fresh(*command, "-w", "payments", "--json").json["synthetic"] is True
    assert "Synthetic data." in fresh("export", "southern_voices", "-w", "payments").err


def test_a_taken_port_is_told_before_any_work(fresh) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        ran = fresh("demo", "--port", holder.getsockname()[1])
        assert ran.code == 3
        assert "[PORT_TAKEN]" in ran.err
        assert fresh("serve", "--port", holder.getsockname()[1]).code == 3
    assert fresh("workspace", "list", "--json").json["total"] == 0


def test_serving_answers_and_stops_by_ctrl_c(installation) -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", START, "serve", "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **installation.environment},
    )
    try:
        assert _answer(port, process) == 200
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 0  # a server that stops in order has done its work
    assert f"Serving http://localhost:{port}" in err
    assert "Traceback" not in err


def _answer(port: int, process: subprocess.Popen[str]) -> int:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as response:
                return response.status
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    return 0


def test_a_healthy_installation_is_exit_code_0(reading) -> None:
    ran = reading("doctor", "--json")
    assert {check["subject"] for check in ran.json["checks"]} >= {
        "data folder",
        "disk",
        "database",
        "migrations",
        "shop: data model",
        "shop: model against warehouse",
        "shop: members",
    }
    failed = [check for check in ran.json["checks"] if check["health"] == "fail"]
    assert failed == []
    assert ran.code == 0
    text = reading("doctor", "--quick").out
    assert "ok   database: PostgreSQL" in text
    assert "model against warehouse" not in text


def test_something_that_fails_is_exit_code_3(muster, installation) -> None:
    (installation.data / "workspaces" / "shop" / "warehouse.duckdb").unlink()
    ran = muster("doctor")
    assert ran.code == 3
    assert "fail shop: warehouse" in ran.out
    assert "hint:" in ran.out


def test_a_database_that_is_not_there_is_a_diagnosis(fresh, monkeypatch) -> None:
    monkeypatch.setenv("MUSTER_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    ran = fresh("doctor", "--json")
    assert ran.code == 3
    checks = {check["subject"]: check["health"] for check in ran.json["checks"]}
    assert checks["database"] == "fail"
    assert checks["data folder"] == "ok"
    assert json.dumps(ran.json)
