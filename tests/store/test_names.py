"""Names: the same pattern as in the database, and useful words about unknown ones."""

from __future__ import annotations

import pytest

from muster.base.errors import InvalidInput
from muster.store.names import missing, refuse_bad_name, unknown


@pytest.mark.parametrize("name", ["a", "vip_2", "a" * 63])
def test_a_good_name_passes(name: str) -> None:
    refuse_bad_name("rule", name)


@pytest.mark.parametrize(
    "name", ["", "A", "1a", "_a", "a-b", "a b", "a\n", "é", "a" * 64, "ａ", "a'; DROP TABLE rules"]
)
def test_a_bad_name_is_refused_with_the_rule_for_names(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        refuse_bad_name("rule", name)
    assert refused.value.code == "BAD_NAME"
    assert "lower-case" in (refused.value.hint or "")


def test_an_unknown_name_lists_the_known_ones() -> None:
    error = unknown("rule", "vop", known=["vip", "young"])
    assert (error.code, error.hint) == ("UNKNOWN_RULE", "There are: vip, young.")
    assert '"vop"' in error.sentence


def test_a_long_list_of_known_names_is_cut() -> None:
    error = unknown("rule", "x", known=[f"rule_{number:02}" for number in range(25)])
    assert error.hint is not None
    assert error.hint.endswith("rule_19 and 5 more.")


def test_the_first_thing_of_its_kind_has_no_list() -> None:
    assert unknown("segment", "x", known=[]).hint == "There is no segment yet."


def test_a_missing_number_names_its_kind_in_the_code() -> None:
    error = missing("segment version", 7)
    assert error.code == "UNKNOWN_SEGMENT_VERSION"
    assert error.sentence == "There is no segment version 7 in this workspace."
