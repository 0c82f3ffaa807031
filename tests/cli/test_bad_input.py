"""Malformed rules, models and files: each is refused with a code, and nothing changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import psycopg
import pytest

from muster.store import postmaster
from tests.cli.conftest import caller, use
from tests.services.small_workspace import MODEL, NAME, Installation, write_files

SQL = "x'; DROP TABLE users; --"
Arguments = Callable[[Path], list[object]]


@dataclass(frozen=True)
class Case:
    """A command line that must be refused.

    Attributes:
        name: what is wrong.
        arguments: builds the command line, given an empty folder for its files.
        codes: error codes that must be named.
        path: text that a reported path must contain; None where there is no path.
    """

    name: str
    arguments: Arguments
    codes: tuple[str, ...]
    path: str | None = None


def file(folder: Path, content: str | bytes, name: str = "rules.yml") -> Path:
    path = folder / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content, encoding="utf-8")
    return path


def applied(content: str | bytes, name: str = "rules.yml") -> Arguments:
    return lambda folder: ["rule", "apply", file(folder, content, name), "--yes"]


def rule(where: str, **more: str) -> Arguments:
    lines = [f"{key}: {value}" for key, value in {"name": "bad", "where": where, **more}.items()]
    return applied("- " + "\n  ".join(lines))


def counted(text: str) -> Arguments:
    return lambda _: ["count", text]


def called(*arguments: object) -> Arguments:
    return lambda _: list(arguments)


def model(old: str, new: str, command: str = "create") -> Arguments:
    assert old in MODEL
    text = MODEL.replace(old, new)

    def build(folder: Path) -> list[object]:
        path = file(folder, text, "model.yml")
        if command == "create":
            return ["workspace", "create", "another", "--model", path]
        if command == "check":
            return ["check", path]
        return ["load", write_files(folder / "data"), "--model", path]

    return build


def loaded(change: Callable[[Path], object]) -> Arguments:
    def build(folder: Path) -> list[object]:
        files = write_files(folder / "data")
        change(files)
        return ["load", files]

    return build


def without_key(folder: Path) -> None:
    text = (folder / "users.csv").read_text()
    (folder / "users.csv").write_text(text.replace("user_id", "nobody", 1))


def ragged(folder: Path) -> None:
    path = folder / "views.csv"
    path.write_text(path.read_text() + "1,2\n")


def truncated(folder: Path) -> None:
    (folder / "payments.csv").unlink()
    path = folder / "payments.parquet"
    duckdb.sql("SELECT range AS payment_id FROM range(10000)").write_parquet(str(path))
    path.write_bytes(path.read_bytes()[:-200])


def nested(depth: int) -> str:
    return '{"all":[' * depth + '{"field":"age","op":">","value":1}' + "]}" * depth


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{here}: &{here} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, here in zip("abcdefgh", "bcdefghi", strict=True)
)
CYCLE = """
- {name: spenders, where: {segment: mail_to_win_back}}
"""
TWO_CYCLE = """
- {name: first, where: {segment: second}}
- {name: second, where: {segment: first}}
"""

RULES = (
    Case("unknown field", rule("{field: agee, op: '=', value: 1}"), ("UNKNOWN_FIELD",), ".field"),
    Case("wrong type", rule("{field: age, op: '=', value: old}"), ("TYPE_MISMATCH",), "value"),
    Case("number for text", rule("{field: city, op: '=', value: 3}"), ("TYPE_MISMATCH",), "value"),
    Case("empty all", rule("{all: []}"), ("EMPTY_GROUP",), "$[0].where.all"),
    Case("empty list", rule("[]"), ("EMPTY_GROUP",), "$[0].where"),
    Case("unknown operator", rule("{field: age, op: '~', value: 1}"), ("BAD_CHOICE",), ".op"),
    Case("unfit operator", rule("{field: age, op: starts, value: a}"), ("BAD_OPERATOR",), "op"),
    Case("unknown event", rule("{did: flight}"), ("UNKNOWN_EVENT",), "where"),
    Case("unknown metric", rule("{metric: wealth, op: '>', value: 1}"), ("UNKNOWN_METRIC",), "$"),
    Case("unknown segment", rule("{segment: nobody}"), ("UNKNOWN_SEGMENT",), "$"),
    Case("unknown list", rule("{list: nobody}"), ("UNKNOWN_LIST",), "$"),
    Case("unknown place", rule("{near: {field: home, place: x}}"), ("UNKNOWN_PLACE",), "place"),
    Case(
        "unknown universe",
        rule("{did: payment}", universe="nobody"),
        ("UNKNOWN_UNIVERSE",),
        "$.universe",
    ),
    Case("unlisted value", rule("{field: tier, op: '=', value: tin}"), ("UNKNOWN_VALUE",), "value"),
    Case("unknown name", rule("{field: age, op: '=', value: 1, x: 2}"), ("UNKNOWN_NAME",), ".x"),
    Case("bad zone", rule("{did: payment}", tz="Mars/Olympus"), ("BAD_TIME_ZONE",), "tz"),
    Case(
        "bad duration", rule("{did: payment, window: {last: 30 days}}"), ("BAD_DURATION",), "last"
    ),
    Case(
        "window that ends before it begins",
        rule("{did: payment, window: {from: 2025-02-01, to: 2025-01-01}}"),
        ("EMPTY_WINDOW",),
        "window",
    ),
    Case(
        "bad cron", rule("{did: payment}", schedule='"61 * * * *"'), ("BAD_SCHEDULE",), "schedule"
    ),
    Case("bad limit", rule("{did: payment}", limit="{n: 0, rank_by: age}"), ("BAD_NUMBER",), "n"),
    Case("bad expression", rule("{field: name, op: regex, value: '('}"), ("BAD_REGEX",), "value"),
    Case("not a number", counted('{"field":"age","op":">","value":NaN}'), ("BAD_JSON",), "$"),
    Case("rule of itself", rule("{segment: bad}"), ("SEGMENT_CYCLE",), "$"),
    Case("cycle with a saved rule", applied(CYCLE), ("SEGMENT_CYCLE",), "$"),
    Case("cycle of two rules", applied(TWO_CYCLE), ("SEGMENT_CYCLE",), "$"),
    Case("ten megabytes", applied("- name: bad\n" + "#" * 10_000_000), ("TOO_LARGE",), "rules.yml"),
    Case("depth 200 inline", counted(nested(200)), ("TOO_DEEP",), "$"),
    Case("depth 200 in a file", applied(nested(200), "deep.json"), ("TOO_DEEP",), "$"),
    Case("depth 100,000", applied("[" * 100_000, "deep.json"), ("BAD_JSON",), "$"),
    Case("depth 300 in YAML", applied("[" * 300 + "]" * 300), ("TOO_DEEP",), "$"),
    Case(
        "SQL in every string",
        applied(
            json.dumps(
                {
                    "name": SQL,
                    "schedule": SQL,
                    "tz": SQL,
                    "universe": SQL,
                    "where": {"field": SQL, "op": SQL, "value": SQL},
                    "limit": {"n": SQL, "rank_by": SQL, "dir": SQL},
                    "exclude": [{"list": SQL}],
                }
            ),
            "sql.json",
        ),
        ("BAD_NAME", "BAD_SCHEDULE", "BAD_CHOICE", "BAD_NUMBER"),
        "$.name",
    ),
    Case(
        "SQL in every name",
        rule(f'{{field: "{SQL}", op: "=", value: "{SQL}"}}', universe=f'"{SQL}"'),
        ("UNKNOWN_FIELD", "UNKNOWN_UNIVERSE"),
        "field",
    ),
    Case("SQL as a segment", called("segment", "members", SQL), ("UNKNOWN_SEGMENT",)),
    Case("SQL as a rule", called("refresh", SQL), ("UNKNOWN_RULE",)),
    Case(
        "SQL as a column",
        called("segment", "members", "quiet", "--columns", SQL),
        ("UNKNOWN_COLUMN",),
        "--columns",
    ),
    Case(
        "two rules of one name",
        applied("- {name: x, where: {did: payment}}\n" * 2),
        ("DUPLICATE_NAME",),
        "$[1].name",
    ),
    Case(
        "name with spaces", applied("{name: a b, where: {did: payment}}"), ("BAD_NAME",), "$.name"
    ),
    Case("no condition", applied("{name: empty}"), ("MISSING",), "$"),
    Case("no rule", applied("just words"), ("BAD_DOCUMENT",), "$"),
    Case(
        "two faults in two rules",
        applied("- {name: a, where: {field: x, op: '=', value: 1}}\n- {name: b, where: {did: y}}"),
        ("UNKNOWN_FIELD", "UNKNOWN_EVENT"),
        "b: ",
    ),
    Case("repeated JSON name", counted('{"field":"age","field":"age"}'), ("BAD_JSON",), "$"),
    Case("broken JSON", counted('{"field":'), ("BAD_JSON",), "$"),
    Case(
        "repeated YAML key",
        applied("name: a\nname: b\nwhere: {did: payment}"),
        ("DUPLICATE_KEY",),
        "$.name",
    ),
    Case("alias bomb", applied(BOMB), ("TOO_LARGE",), "$"),
    Case(
        "Python object in YAML",
        applied("!!python/object/apply:os.system ['true']"),
        ("BAD_YAML",),
        "$",
    ),
    Case("broken YAML", applied("a: [1"), ("BAD_YAML",), "$"),
    Case("not UTF-8", applied(b"name: \xff\xfe"), ("NOT_UTF8",), "rules.yml"),
    Case("NUL in a file", applied(b"name: a\0b"), ("BAD_YAML",), "$"),
    Case("empty file", applied(" \n"), ("EMPTY_FILE",), "rules.yml"),
    Case("folder as file", lambda folder: ["rule", "apply", folder], ("NOT_A_FILE",), "/"),
    Case("missing file", called("rule", "apply", "nothing.yml"), ("FILE_MISSING",), "nothing.yml"),
)

MODELS = (
    Case("zone", model("time_zone: UTC", "time_zone: Mars"), ("UNKNOWN_ZONE",), "$.time_zone"),
    Case(
        "union of nothing", model("[payment, view]", "[payment, x]"), ("UNKNOWN_SOURCE",), "union"
    ),
    Case("unknown type", model("age: {type: integer", "age: {type: int"), ("BAD_VALUE",), "age"),
    Case("no zone", model("time_zone: UTC\n", ""), ("MISSING_KEY",), "time_zone"),
    Case("unknown key", model("currency: EUR", "curency: EUR"), ("UNKNOWN_KEY",), "curency"),
    Case(
        "metric of nothing", model("sum: amount", "sum: amont"), ("UNKNOWN_FIELD",), "total_spend"
    ),
    Case("SQL as name", model("  age: {", f'  "{SQL}": {{'), ("BAD_NAME",), "$.attributes"),
    Case(
        "repeated key", model("version: 1", "version: 1\nversion: 1"), ("DUPLICATE_KEY",), "version"
    ),
    Case(
        "two faults",
        model("{type: integer, label: Age}", "{type: int, pii: much}"),
        ("BAD_VALUE",),
        "pii",
    ),
    Case("bomb", lambda folder: ["check", file(folder, BOMB, "model.yml")], ("TOO_LARGE",), "$"),
    Case("list", lambda folder: ["check", file(folder, "- a", "model.yml")], ("WRONG_TYPE",), "$"),
    Case(
        "table that no file has",
        model("table: views", "table: vews", "load"),
        ("MISSING_FILE",),
        "$.events.view.table",
    ),
    Case(
        "column that no file has",
        model("  age: {", "  agee: {", "load"),
        ("MISSING_COLUMN",),
        "$.attributes.agee",
    ),
    Case(
        "type that no value has",
        model(
            "city: {type: string, label: City}",
            "city: {type: geo, latitude: a, longitude: b}",
            "load",
        ),
        ("MISSING_COLUMN",),
        "$.attributes.city.latitude",
    ),
)

FILES = (
    Case("no key column", loaded(without_key), ("MISSING_COLUMN",), "$.entity.key"),
    Case("truncated Parquet", loaded(truncated), ("BAD_FILE",), "payments.parquet"),
    Case(
        "no Parquet at all",
        loaded(lambda folder: (folder / "users.csv").rename(folder / "users.parquet")),
        ("BAD_FILE",),
        "users.parquet",
    ),
    Case(
        "rows of unequal length",
        loaded(ragged),
        ("BAD_FILE",),
        "views.csv",
    ),
    Case(
        "Latin-1",
        loaded(lambda folder: (folder / "suppression.csv").write_bytes(b"user_id\n\xe4\n")),
        ("BAD_FILE",),
        "suppression.csv",
    ),
    Case(
        "empty CSV",
        loaded(lambda folder: (folder / "views.csv").write_text("")),
        ("BAD_FILE",),
        "views.csv",
    ),
    Case(
        "header twice",
        loaded(lambda folder: (folder / "suppression.csv").write_text("user_id,user_id\n1,1\n")),
        ("BAD_FILE",),
        "suppression.csv",
    ),
    Case(
        "missing file",
        loaded(lambda folder: (folder / "views.csv").unlink()),
        ("MISSING_FILE",),
        "$.events.view.table",
    ),
    Case(
        "two files for one table",
        loaded(lambda folder: (folder / "USERS.csv").write_text("user_id\n1\n")),
        ("AMBIGUOUS_FILE",),
        "users.csv",
    ),
    Case("folder missing", called("load", "nowhere"), ("FOLDER_MISSING",), "nowhere"),
    Case("folder empty", lambda folder: ["load", folder], ("FOLDER_EMPTY",), "/"),
    Case("source missing", called("init", "nowhere"), ("SOURCE_MISSING",), "nowhere"),
    Case(
        "source of noise",
        lambda folder: ["init", file(folder, b"noise" * 5000, "x.duckdb")],
        ("WAREHOUSE_CORRUPT",),
        "x.duckdb",
    ),
    Case(
        "init over a file",
        lambda folder: ["init", folder, "--out", file(folder, "precious")],
        ("FILE_EXISTS",),
        "rules.yml",
    ),
    Case(
        "zone of a draft",
        lambda folder: ["init", write_files(folder), "--time-zone", "Mars"],
        ("BAD_TIME_ZONE",),
        "--time-zone",
    ),
)

COMMANDS = (
    Case("unknown workspace", called("rule", "list", "-w", "x"), ("UNKNOWN_WORKSPACE",)),
    Case("workspace of a bad name", called("workspace", "create", "A b"), ("BAD_NAME",), "$.name"),
    Case("workspace again", called("workspace", "create", NAME), ("NAME_TAKEN",), "$.name"),
    Case("unknown rule", called("rule", "show", "x"), ("UNKNOWN_RULE",)),
    Case(
        "unknown version", called("rule", "restore", "quiet", 9, "--yes"), ("UNKNOWN_RULE_VERSION",)
    ),
    Case("unknown segment", called("export", "x", "--out", "x.csv"), ("UNKNOWN_SEGMENT",)),
    Case(
        "unknown segment version",
        called("segment", "diff", "quiet", 1, 7),
        ("UNKNOWN_SEGMENT_VERSION",),
    ),
    Case("one version", called("segment", "diff", "quiet", 1), ("TWO_VERSIONS",), "V1 V2"),
    Case("nothing to compare with", called("segment", "diff", "quiet"), ("NO_EARLIER_VERSION",)),
    Case(
        "unknown column",
        called("export", "quiet", "--out", "x.csv", "--columns", "agee"),
        ("UNKNOWN_COLUMN",),
        "--columns",
    ),
    Case("bad instant", called("refresh", "--all", "--as-of", "soon"), ("BAD_DATE",), "--as-of"),
    Case("nothing named", called("refresh"), ("NOTHING_NAMED",), "NAMES"),
    Case(
        "export to a folder",
        lambda folder: ["export", "quiet", "--out", folder],
        ("NOT_A_FILE",),
        "/",
    ),
    Case(
        "export into nowhere",
        called("export", "quiet", "--out", "no/where.csv"),
        ("FOLDER_MISSING",),
        "no",
    ),
    Case("bad format", called("export", "quiet", "--format", "xml"), ("USAGE",)),
    Case("bad option", called("refresh", "--everything"), ("USAGE",)),
    Case("bad command", called("refrsh"), ("USAGE",)),
)


@pytest.fixture(scope="module")
def target(template: Installation, tmp_path_factory) -> Iterator[Installation]:
    """A copy of the small workspace, to see whether anything in it changes."""
    with template.copied(tmp_path_factory.mktemp("target")) as copy:
        yield copy


@pytest.fixture(scope="module")
def untouched(target: Installation) -> dict[str, object]:
    """What everything looks like before the first command."""
    return everything(target)


def everything(installation: Installation) -> dict[str, object]:
    """Return every row of the product database and of the warehouse, and every other file."""
    found: dict[str, object] = {}
    server = installation.server
    with psycopg.connect(
        host=str(server.socket_folder),
        port=postmaster.PORT,
        user=postmaster.SUPERUSER,
        dbname=installation.database,
    ) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            " AND table_type = 'BASE TABLE' ORDER BY 1"
        ).fetchall()
        for (name,) in tables:
            rows = connection.execute(f'SELECT t::text FROM "{name}" AS t ORDER BY 1').fetchall()
            found[name] = rows
    folder = installation.data / "workspaces"
    for path in sorted(folder.rglob("*")):
        if path.suffix != ".duckdb" and path.is_file():
            found[str(path.relative_to(folder))] = path.read_bytes()
    with duckdb.connect(str(folder / NAME / "warehouse.duckdb"), read_only=True) as warehouse:
        for (name,) in warehouse.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            found[f"warehouse {name}"] = warehouse.execute(
                f'SELECT COUNT(*), SUM(HASH(t)::HUGEINT) FROM "{name}" AS t'
            ).fetchone()
    return found


def _ids(cases: tuple[Case, ...]) -> list[str]:
    return [case.name for case in cases]


def test_there_are_at_least_forty_of_the_three_kinds_together() -> None:
    assert len(RULES + MODELS + FILES) >= 40


@pytest.mark.parametrize("case", RULES, ids=_ids(RULES))
def test_a_malformed_rule_is_refused(case, target, untouched, monkeypatch, capsys, tmp_path):
    _is_refused(case, target, untouched, monkeypatch, capsys, tmp_path)


@pytest.mark.parametrize("case", MODELS, ids=_ids(MODELS))
def test_a_malformed_model_is_refused(case, target, untouched, monkeypatch, capsys, tmp_path):
    _is_refused(case, target, untouched, monkeypatch, capsys, tmp_path)


@pytest.mark.parametrize("case", FILES, ids=_ids(FILES))
def test_a_malformed_file_is_refused(case, target, untouched, monkeypatch, capsys, tmp_path):
    _is_refused(case, target, untouched, monkeypatch, capsys, tmp_path)


@pytest.mark.parametrize("case", COMMANDS, ids=_ids(COMMANDS))
def test_a_command_that_cannot_be_meant_is_refused(
    case, target, untouched, monkeypatch, capsys, tmp_path
):
    _is_refused(case, target, untouched, monkeypatch, capsys, tmp_path)


def _is_refused(case, target, untouched, monkeypatch, capsys, tmp_path) -> None:
    use(target, monkeypatch, tmp_path)
    folder = tmp_path / "input"
    folder.mkdir()
    arguments = case.arguments(folder)
    muster = caller(capsys)

    ran = muster(*arguments)
    assert ran.code == 2, ran.err
    assert ran.out == ""
    for code in case.codes:
        assert f"[{code}]" in ran.err
    assert ran.err.startswith("error: ")
    if case.path is not None:
        paths = [line for line in ran.err.splitlines() if line.startswith("path: ")]
        assert any(case.path in line for line in paths), ran.err

    same = muster(*arguments, "--json")
    assert same.code == 2
    assert same.out == ""
    reported = {same.error["code"], *(found["code"] for found in same.error["problems"])}
    assert set(case.codes) <= reported
    assert same.error["sentence"]

    assert everything(target) == untouched
