"""Files and arguments that name rules."""

from __future__ import annotations

from decimal import Decimal

import pytest

from muster.base.errors import InvalidFile, InvalidInput, NotFound
from muster.cli.files import read_text, read_value
from muster.cli.options import read_as_of, read_columns
from muster.cli.rule_source import is_file, is_inline, read_source


def written(folder, content: bytes, name: str = "rules.yml"):
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path) -> None:
    assert read_text(written(tmp_path, b"\xef\xbb\xbfname: x")) == "name: x"


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "EMPTY_FILE"), (b"\xff", "NOT_UTF8"), (b"x" * 1_000_001, "TOO_LARGE")],
)
def test_a_file_that_is_no_text_is_refused(tmp_path, content, code) -> None:
    with pytest.raises(InvalidFile) as caught:
        read_text(written(tmp_path, content))
    assert caught.value.code == code
    assert caught.value.path == str(tmp_path / "rules.yml")


def test_a_missing_file_is_not_found(tmp_path) -> None:
    with pytest.raises(NotFound):
        read_text(tmp_path / "nothing.yml")


def test_numbers_stay_exact_in_both_notations(tmp_path) -> None:
    yaml = read_value(written(tmp_path, b"x: 0.10"))
    json = read_value(written(tmp_path, b'{"x": 0.10}', "rules.json"))
    assert yaml == json == {"x": Decimal("0.10")}


@pytest.mark.parametrize(
    ("text", "inline", "file"),
    [
        ('{"did": "payment"}', True, False),
        (' [{"did": "payment"}]', True, False),
        ("quiet", False, False),
        ("quiet.yml", False, True),
        ("./quiet", False, True),
        ("rules/quiet.JSON", False, True),
    ],
)
def test_what_an_argument_names_is_told_by_its_look(text, inline, file) -> None:
    assert is_inline(text) is inline
    if not inline:
        assert is_file(text) is file


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b"did: payment", ["this_rule"]),
        (b"[{did: payment}, {did: view}]", ["this_rule"]),
        (b"where: {did: payment}\nlimit: {n: 1, rank_by: age}", ["this_rule"]),
        (b"name: one\nwhere: {did: payment}", ["one"]),
        (
            b"- {name: one, where: {did: payment}}\n- {name: two, where: {did: view}}",
            ["one", "two"],
        ),
        (b"rules: [{name: one, where: {did: payment}}]", ["one"]),
        (b"rule_name: Big One\nconditions: [{field: age, operator: '>', value: 1}]", ["big_one"]),
    ],
)
def test_a_file_holds_a_condition_a_rule_or_many(tmp_path, content, names) -> None:
    found = read_source(str(written(tmp_path, content)))
    assert [document.name for document in found] == names


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2025-01-31", "2025-01-31T00:00:00+00:00"),
        ("2025-01-31T08:00:00", "2025-01-31T08:00:00+00:00"),
        ("2025-01-31T08:00:00+05:30", "2025-01-31T02:30:00+00:00"),
        ("2025-01-31T08:00:00Z", "2025-01-31T08:00:00+00:00"),
    ],
)
def test_an_instant_without_a_zone_is_in_utc(text, instant) -> None:
    assert read_as_of(text).isoformat() == instant


@pytest.mark.parametrize("text", ["", "now", "31.1.2025", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_instant_is_refused(text) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_as_of(text)
    assert caught.value.code == "BAD_DATE"


def test_columns_are_split_trimmed_and_named_once() -> None:
    assert read_columns(" a, b ,a,,") == ("a", "b")
    assert read_columns(None) == ()
