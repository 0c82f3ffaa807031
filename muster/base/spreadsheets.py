"""Text that a spreadsheet opens must stay text: it never becomes a formula."""

from __future__ import annotations

_COMMANDS = ("=", "+", "-", "@", "\t", "\r", "\0")


def harmless(text: str) -> str:
    """Return a text for a CSV cell; one that a spreadsheet would run gets an apostrophe in front.

    >>> harmless("=1+1")
    "'=1+1"
    """
    return f"'{text}" if text.startswith(_COMMANDS) else text
