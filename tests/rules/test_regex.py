"""Which regular expressions a rule may use, and what they mean."""

from __future__ import annotations

import re

import pytest

from muster.rules.regex import MAX_LENGTH, check_regex, portable_regex

# An expression, texts it is found in, texts it is not found in.
FOUND: list[tuple[str, list[str], list[str]]] = [
    ("abc", ["abc", "xabcx"], ["ab", "ABC"]),
    ("^a.c$", ["abc", "a-c"], ["a\nc", "abcd", "abc\n"]),
    ("colou?r", ["color", "colour"], ["colouur"]),
    ("a{2,3}", ["aa", "aaaa"], ["a"]),
    ("a{2}$", ["baa"], ["a"]),
    ("a{2,}", ["aaaa"], ["a"]),
    ("(cat|dog)s", ["cats", "dogs"], ["cat"]),
    ("(?:cat|dog)+", ["catdog"], ["cow"]),
    ("[a-c]+", ["b"], ["d"]),
    ("[^a-c]", ["d"], ["abc", ""]),
    ("[a\\]b]", ["]"], ["c"]),
    ("[\\d_]", ["5", "_"], ["a"]),
    ("[a-]", ["-", "a"], ["b"]),
    ("[a|b]", ["|"], ["c"]),
    ("[.*+]", ["*"], ["a"]),
    ("\\d+", ["12"], ["١٢"]),
    ("\\D", ["a", "١"], ["12"]),
    ("\\w", ["a", "_"], ["é", "-"]),
    ("\\W", ["é"], ["a1_"]),
    ("\\s", [" ", "\t", "\n"], ["a", "\u00a0", "\x0b"]),
    ("\\S", ["a", "\u00a0"], [" \t"]),
    ("\\.", ["a.b"], ["ab"]),
    ("\\$9", ["$9"], ["9"]),
    ("a\\/b", ["a/b"], ["ab"]),
    ("\\t\\n", ["\t\n"], ["tn"]),
    ("é+", ["éé"], ["e"]),
    ("😀$", ["x😀"], ["😀x"]),
    ("a||b", ["", "x"], []),
    ("()", [""], []),
    ("", ["", "x"], []),
    ("a#b c", ["a#b c"], ["ab"]),
]


@pytest.mark.parametrize(("expression", "inside", "outside"), FOUND)
def test_an_expression_is_understood(
    expression: str, inside: list[str], outside: list[str]
) -> None:
    assert check_regex(expression) is None
    spelled = portable_regex(expression, end=r"\Z")
    assert [text for text in inside if not re.search(spelled, text)] == []
    assert [text for text in outside if re.search(spelled, text)] == []


REFUSED = [
    *("(?=a)", "(?!a)", "(?<=a)b", "(?<n>a)", "(?i)a", "(?P<n>a)", "(?#c)", "(*ACCEPT)"),
    *("\\1", "\\b", "\\B", "\\A", "\\z", "\\Z", "\\p{L}", "\\x41", "\\u0041", "\\Qa\\E", "\\"),
    *("*a", "+", "?", "a**", "a*?", "a++", "a??", "(*a)", "a|*", "^*", "$*", "$+", "(?:+)"),
    *("a{", "a}", "{2}", "a{,3}", "a{x}", "a{2}{3}", "a{201}", "a{3,2}", "a{٣}", "]"),
    *("(a", "a)", "[a", "[]", "[^]", "[]a]", "[[:alpha:]]", "[z-a]", "[a[b]]", "[\\D]", "[a-\\d]"),
    *("[a&&b]", "[a--b]", "[a||b]", "[a~~b]"),
    "a" * (MAX_LENGTH + 1),
]


@pytest.mark.parametrize("expression", REFUSED)
def test_what_engines_read_differently_is_refused(expression: str) -> None:
    wrong = check_regex(expression)
    assert wrong is not None
    assert wrong.endswith(".")


def test_the_end_is_spelled_as_the_engine_needs_it() -> None:
    assert portable_regex("a$") == "a$"
    assert portable_regex("a$", end=r"\Z") == r"a\Z"
    assert portable_regex("\\$", end=r"\Z") == "\\$"


def test_groups_do_not_capture() -> None:
    assert portable_regex("(a)(?:b)") == "(?:a)(?:b)"
