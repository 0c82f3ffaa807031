"""Comparing text without case or accents: the law that every engine must reproduce.

Accents are the marks (Unicode category M) that canonical decomposition splits off; what is left is
composed again. Lower case is the simple one-to-one mapping, letter by letter.
"""

from __future__ import annotations

import unicodedata

from muster.base.datamodel import Fold


def fold_text(text: str, fold: Fold) -> str:
    """Return the text as it is compared.

    >>> fold_text("Élan", Fold.CASE_ACCENT)
    'elan'
    """
    if fold is Fold.NONE:
        return text
    if fold is Fold.CASE_ACCENT:
        plain = unicodedata.normalize("NFD", text)
        kept = "".join(letter for letter in plain if unicodedata.category(letter)[0] != "M")
        text = unicodedata.normalize("NFC", kept)
    return "".join(_lower(letter) for letter in text)


def _lower(letter: str) -> str:
    lowered = letter.lower()
    return lowered if len(lowered) == 1 else lowered[0]
