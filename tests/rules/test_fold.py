"""How text is compared without case and accents."""

from __future__ import annotations

import pytest

from muster.base.datamodel import Fold
from muster.rules.fold import fold_text

CASES = [
    ("Élan", "Élan", "élan", "elan"),
    ("ÉLAN", "ÉLAN", "élan", "elan"),
    ("e\u0301lan", "e\u0301lan", "e\u0301lan", "elan"),  # the accent as a mark of its own
    ("Ångström", "Ångström", "ångström", "angstrom"),
    ("São Paulo", "São Paulo", "são paulo", "sao paulo"),
    ("Łódź", "Łódź", "łódź", "łodz"),  # the stroke of ł is no accent
    ("Straße", "Straße", "straße", "straße"),  # ß is a letter of its own, not ss
    ("ẞ", "ẞ", "ß", "ß"),
    ("İzmir", "İzmir", "izmir", "izmir"),  # one letter stays one letter
    ("ΣΊΣΥΦΟΣ", "ΣΊΣΥΦΟΣ", "σίσυφοσ", "σισυφοσ"),  # no final sigma: letter by letter
    ("ЁЛКА", "ЁЛКА", "ёлка", "елка"),
    ("हिन्दी", "हिन्दी", "हिन्दी", "हनद"),  # vowel signs are marks as well
    ("東京", "東京", "東京", "東京"),
    ("가", "가", "가", "가"),  # composed again after taking apart
    ("", "", "", ""),
    ("a b\tC", "a b\tC", "a b\tc", "a b\tc"),
]


@pytest.mark.parametrize(("text", "none", "case", "case_accent"), CASES)
def test_text_is_folded(text: str, none: str, case: str, case_accent: str) -> None:
    assert fold_text(text, Fold.NONE) == none
    assert fold_text(text, Fold.CASE) == case
    assert fold_text(text, Fold.CASE_ACCENT) == case_accent


@pytest.mark.parametrize("text", [text for text, *_ in CASES])
@pytest.mark.parametrize("fold", list(Fold))
def test_folding_twice_changes_nothing_more(text: str, fold: Fold) -> None:
    once = fold_text(text, fold)
    assert fold_text(once, fold) == once
