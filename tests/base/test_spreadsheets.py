"""No text becomes a formula."""

from __future__ import annotations

import pytest

from muster.base.spreadsheets import harmless


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("text", ["", "a=1", "1-1", "'=1", " =1"])
def test_other_text_stays(text: str) -> None:
    assert harmless(text) == text
