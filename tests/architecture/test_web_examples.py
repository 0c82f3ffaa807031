"""The rules that the web's builder is tested with are those of the examples."""

from __future__ import annotations

from scripts.web_examples import TARGET, text


def test_rules_of_the_builders_tests_are_those_of_the_examples() -> None:
    assert TARGET.read_text() == text(), "run `python -m scripts.web_examples`"
