from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from muster.base.errors import InvalidModel
from muster.model.yaml_text import MAX_BYTES, MAX_DEPTH, read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("off", "off"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-3", -3),
        ("+5", 5),
        ("0", 0),
        ("0800", "0800"),
        ("00", "00"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2025-01-01", "2025-01-01"),
        ("2025-01-01 10:00:00", "2025-01-01 10:00:00"),
        ("0.10", Decimal("0.10")),
        ("1e3", Decimal("1e3")),
        (".5", Decimal(".5")),
        ("1.", Decimal("1.")),
        ("-", [None]),
        (".", "."),
        (".inf", ".inf"),
        ("<<", "<<"),
        ('"12"', "12"),
        ("'true'", "true"),
        ("!!str 12", "12"),
        ('"\\ud83d\\ude00"', "😀"),
    ],
)
def test_a_scalar_has_the_value_of_yaml_1_2_and_loses_nothing(text: str, value: Any) -> None:
    found, problems = read_yaml(text)
    assert (found, problems) == (value, ())
    assert str(found) == str(value)
    assert type(found) is type(value)


def test_a_repeated_key_is_a_fault_with_its_path_and_line() -> None:
    value, problems = read_yaml("a:\n  b: 1\n  c: 2\n  b: 3\n")
    assert value == {"a": {"b": 1, "c": 2}}
    assert [(one.code, one.path, one.hint) for one in problems] == [
        ("DUPLICATE_KEY", "$.a.b", "See line 4.")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system [echo]",
        "a: !!binary aGk=",
        "a: !!set {b}",
        "? [a]\n: 1",
        'a: "\\ud83d"',
        '"\\ud83d": 1',
    ],
)
def test_nothing_but_plain_values_is_made(text: str) -> None:
    _, problems = read_yaml(text)
    assert [problem.code for problem in problems] == ["BAD_YAML"]


@pytest.mark.parametrize("text", ["1e999999999", "9" * 500, "a: 1e-99999"])
def test_a_number_that_would_fill_the_memory_is_a_fault(text: str) -> None:
    _, problems = read_yaml(text)
    assert [problem.code for problem in problems] == ["BAD_NUMBER"]


def test_aliases_are_followed() -> None:
    value, problems = read_yaml("a: &x {type: integer}\nb: *x\n")
    assert (value, problems) == ({"a": {"type": "integer"}, "b": {"type": "integer"}}, ())


def _bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"a{depth}: &a{depth} [{', '.join([f'*a{depth - 1}'] * 9)}]" for depth in range(1, 12)
    ]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (_bomb(), "TOO_LARGE"),
        ("a: " + "x" * MAX_BYTES, "TOO_LARGE"),
        ("a: &a [*a]", "TOO_DEEP"),
        ("[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2), "TOO_DEEP"),
        ("[" * 100_000, "TOO_DEEP"),
        ("a: [1", "BAD_YAML"),
        ("a: b: c", "BAD_YAML"),
        ("a: 1\n--- \nb: 2", "BAD_YAML"),
        ("a: *nobody", "BAD_YAML"),
        ("a: \x00", "BAD_YAML"),
        ("\t- a", "BAD_YAML"),
    ],
    ids=lambda value: value if len(value) < 30 else f"{len(value)} letters",
)
def test_a_text_that_cannot_be_read_is_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidModel) as caught:
        read_yaml(text)
    assert [(one.code, one.path) for one in caught.value.problems] == [(code, "$")]


def test_a_syntax_error_names_line_and_column() -> None:
    with pytest.raises(InvalidModel, match=r"line 2, column 5"):
        read_yaml("a: [1,\nb: 2")
