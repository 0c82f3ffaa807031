"""Takes secrets and personal data out of what is about to be logged, by name and by look."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "[hidden]"

_SECRET_NAMES = re.compile(
    r"pass(word|wd|phrase)?$|secret|token|authori[sz]ation|cookie|credential|api[-_]?key|"
    r"private[-_]?key|e[-_]?mails?$|phone|address(es)?$|session[-_]?id|^dsn$|birth|^(full|first|"
    r"last|family|given)[-_]?name$",
    re.IGNORECASE,
)
# Counts and kinds of secrets are none: token_kind, tokens_used, password_set.
_HARMLESS_NAMES = re.compile(r"_(kind|count|used|set|seconds|prefix)$", re.IGNORECASE)

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # the word before stays, so that the line can still be understood
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{6,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    # user and password of any URL
    (re.compile(r"\b([a-z][a-z0-9+.-]*://)[^\s/@]*@", re.IGNORECASE), rf"\1{HIDDEN}@"),
    # name=value and "name": "value"
    (
        re.compile(
            r"(?<![a-z])((?:pass(?:word|wd)?|secret|\w*token|api[-_]?key|authorization|cookie|"
            r"client_secret)[\"']?\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&\"'}\])]+)",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"([?&](?:code|state)=)[^&\s]+"), rf"\1{HIDDEN}"),  # of a sign-in
    (re.compile(r"\beyJ[\w-]{6,}\.[\w-]{6,}\.[\w-]*"), HIDDEN),  # JSON web tokens
    (re.compile(r"\$argon2\w*\$\S+"), HIDDEN),
    # our own API tokens, invitations and what webhooks are signed with
    (re.compile(r"\b(mst|mi|whsec)_[\w-]{8,}"), HIDDEN),
    (re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)*"), "[e-mail]"),
)


def redact_text(text: str) -> str:
    """Return a text without bearer tokens, passwords in URLs and e-mail addresses.

    >>> redact_text("from postgresql://ada:s3cret@db/x for ada@example.org")
    'from postgresql://[hidden]@db/x for [e-mail]'
    """
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def redact(name: str, value: Any) -> Any:
    """Return a value to log under a name: nothing secret, and only JSON's own types.

    A Mapping and a list are looked through; any other object is named by its type alone, since
    nobody knows what its text would tell.
    """
    if _SECRET_NAMES.search(name) and not _HARMLESS_NAMES.search(name):
        return None if value is None else HIDDEN
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return redact_text(value)
        case Mapping():
            return {redact_text(str(key)): redact(str(key), item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [redact(name, item) for item in value]
        case _ if type(value).__module__ in ("datetime", "decimal", "pathlib", "uuid"):
            return redact_text(str(value))
        case _:
            return f"<{type(value).__qualname__}>"
