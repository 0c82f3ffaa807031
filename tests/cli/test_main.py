"""The command as a whole: help, version, exit codes, errors on stderr."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
import typer

import muster
from muster.base.errors import (
    Busy,
    Conflict,
    EngineFailed,
    InvalidInput,
    MusterError,
    NotFound,
    Problem,
    Unavailable,
)
from muster.cli.errors import exit_code_of, show_error
from muster.cli.main import _options_last, app, run_command


def commands() -> list[tuple[str, ...]]:
    """Return every command of the application by its words."""
    root = typer.main.get_command(app)
    found: list[tuple[str, ...]] = []
    for name, command in root.commands.items():
        below = getattr(command, "commands", None)
        found += [(name, inner) for inner in below] if below else [(name,)]
    return found


def test_every_promised_command_is_there() -> None:
    promised = """demo serve worker init check load count plan refresh export backup restore doctor
    gc live index-status index-build index-drop workspace-create workspace-list user-create
    user-list user-disable user-enable user-set-password member-list member-add
    member-remove token-create token-list token-revoke settings-show settings-set rule-apply
    rule-history rule-list rule-show rule-relations rule-restore rule-publish rule-discard
    rule-archive rule-unarchive rule-delete rule-approvals rule-approve rule-reject
    rule-withdraw segment-list segment-show segment-members segment-diff segment-explain
    segment-history segment-lineage segment-overlap runs-list runs-show runs-tail
    runs-cancel runs-retry schedule-list schedule-show schedule-set schedule-pause
    schedule-resume schedule-next notifications-list channel-list channel-add channel-remove
    channel-test audit-list audit-export audit-head audit-verify
    orders-setup orders-populate orders-flow orders-check"""
    assert {"-".join(words) for words in commands()} == set(promised.split())


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_explains_itself_and_speaks_json(words, capsys) -> None:
    assert run_command([*words, "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"Usage: muster {' '.join(words)}")
    assert ("--json" in text) == (words not in [("serve",), ("worker",)])


def test_the_version_is_printed(capsys) -> None:
    assert run_command(["--version"]) == 0
    assert capsys.readouterr().out == f"muster {muster.__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["rule"]])
def test_without_a_command_there_is_help(arguments, capsys) -> None:
    assert run_command(arguments) == 2
    assert "Commands:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidInput("X", "x"), 2),
        (NotFound("X", "x"), 2),
        (Conflict("X", "x"), 2),
        (Busy("X", "x"), 3),
        (Unavailable("X", "x"), 3),
        (EngineFailed("disk_full", "x"), 3),
    ],
)
def test_an_exit_code_tells_who_is_at_fault(error, code) -> None:
    assert exit_code_of(error) == code


def test_all_problems_are_listed_each_with_path_and_hint(capsys) -> None:
    problems = [
        Problem("ONE", "$.a", "First is wrong.", "Mend it."),
        Problem("TWO", "$.b", "Second is wrong."),
    ]
    show_error(InvalidInput.of("BAD", "The rule", problems), as_json=False)
    assert capsys.readouterr().err.splitlines() == [
        "error: The rule has 2 faults. [BAD]",
        "error: First is wrong. [ONE]",
        "path: $.a",
        "hint: Mend it.",
        "error: Second is wrong. [TWO]",
        "path: $.b",
    ]


def test_one_problem_is_told_once(capsys) -> None:
    show_error(InvalidInput.of("BAD", "It", [Problem("ONE", "$", "Wrong.")]), as_json=False)
    assert capsys.readouterr().err == "error: Wrong. [ONE]\npath: $\n"


def test_an_error_cannot_command_the_terminal(capsys) -> None:
    show_error(MusterError("X", "\x1b[2Jgone [bold]"), as_json=False)
    assert capsys.readouterr().err == "error: �[2Jgone [bold] [X]\n"


def test_errors_as_json_stand_on_stderr(capsys) -> None:
    show_error(NotFound("X", "Nothing.", hint="Look.", path="$"), as_json=True)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert json.loads(captured.err) == {
        "error": {
            "code": "X",
            "sentence": "Nothing.",
            "path": "$",
            "hint": "Look.",
            "problems": [],
        },
        "exit_code": 2,
    }


def test_a_bad_setting_is_named(capsys, monkeypatch) -> None:
    monkeypatch.setenv("MUSTER_PORT", "http")
    monkeypatch.setenv("MUSTER_THREADS", "0")
    assert run_command(["workspace", "list"]) == 2
    err = capsys.readouterr().err
    assert "path: MUSTER_PORT" in err
    assert "path: MUSTER_THREADS" in err


def test_a_database_that_is_not_there_is_exit_code_3(capsys, monkeypatch) -> None:
    monkeypatch.setenv("MUSTER_DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:1/none")
    assert run_command(["workspace", "list"]) == 3
    err = capsys.readouterr().err
    assert err.startswith("error: ")
    assert "secret" not in err


def test_ctrl_c_ends_with_130_and_without_a_traceback(installation) -> None:
    code = (
        "import sys, time; import muster.cli.workspace as w;"
        "w.list_workspaces = lambda _: (print('ready', flush=True), time.sleep(60));"
        "from muster.cli.main import main; sys.argv = ['muster', 'workspace', 'list']; main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **installation.environment},
    )
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("given", "moved"),
    [
        (["-w", "shop", "rule", "list"], ["rule", "list", "-w", "shop"]),
        (
            ["--json", "--workspace=shop", "count", "x"],
            ["count", "x", "--json", "--workspace=shop"],
        ),
        (["count", "-w", "shop", "x"], ["count", "-w", "shop", "x"]),
        (["-w"], ["-w"]),
        ([], []),
    ],
)
def test_shared_options_may_stand_in_front_of_the_command(
    given: list[str], moved: list[str]
) -> None:
    assert _options_last(given) == moved


@pytest.mark.parametrize(
    "arguments",
    [
        ["-w", "shop", "--json", "rule", "list"],
        ["--json", "--workspace=shop", "rule", "list"],
        ["rule", "list", "--json", "--workspace", "shop"],
    ],
)
def test_options_in_front_do_what_they_do_behind(reading, arguments) -> None:
    assert reading(*arguments).json["total"] == 5
    refused = reading(*(word.replace("shop", "nowhere") for word in arguments))
    assert refused.error["code"] == "UNKNOWN_WORKSPACE"
