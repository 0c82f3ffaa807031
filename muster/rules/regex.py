"""The regular expressions a rule may use: what RE2, Java, PostgreSQL and Python read alike.

Literals, ``.``, classes, groups, ``|``, ``* + ? {m,n}``, ``^ $`` and ``\\d \\w \\s`` (ASCII).
No look-around, back-references, lazy or possessive repeats, flags or Unicode classes.
"""

from __future__ import annotations

import re
from functools import lru_cache

MAX_LENGTH = 500
_REPEAT = re.compile(r"[*+?]|\{[0-9]{1,3}(?:,[0-9]{0,3})?\}")
_CLASSES = {
    "d": "[0-9]",
    "D": "[^0-9]",
    "w": "[0-9A-Za-z_]",
    "W": "[^0-9A-Za-z_]",
    "s": "[ \\t\\n\\f\\r]",
    "S": "[^ \\t\\n\\f\\r]",
}
_PUNCTUATION = set(".^$*+?()[]{}|\\/-\"'#&@:;,<>=!%~_ ")


def check_regex(pattern: str) -> str | None:
    """Return what is wrong with an expression, or None if every engine reads it alike."""
    if len(pattern) > MAX_LENGTH:
        return f"An expression has at most {MAX_LENGTH} characters."
    try:
        re.compile(portable_regex(pattern))
    except (ValueError, re.error, OverflowError) as error:
        return f"The expression cannot be used: {error}."
    return None


@lru_cache(maxsize=64)  # one expression meets many values
def portable_regex(pattern: str, *, end: str = "$") -> str:
    """Spell an expression so that Python and RE2 mean the same by it.

    ``end`` is what stands for the end of the text: Python's ``$`` also matches before a final line
    break, so the reference evaluator passes ``\\Z``.

    Raises:
        ValueError: it uses something outside the common ground.
    """
    out: list[str] = []
    index = 0
    after_repeat = False
    while index < len(pattern):
        repeat = _REPEAT.match(pattern, index)
        if repeat:
            if after_repeat or not out or out[-1] in ("(?:", "|", "^", end):
                raise ValueError(f"a repeat stands where nothing is to repeat at {index + 1}")
            out.append(_bounded(repeat[0]))
            index, after_repeat = repeat.end(), True
            continue
        after_repeat = False
        index = _one(pattern, index, out, end)
    return "".join(out)


def _bounded(repeat: str) -> str:
    limits = [int(limit) for limit in re.findall(r"\d+", repeat)]
    if any(limit > 200 for limit in limits) or (len(limits) == 2 and limits[0] > limits[1]):
        raise ValueError(f"the repeat {repeat} is out of bounds (200)")
    return repeat


def _one(pattern: str, index: int, out: list[str], end: str) -> int:
    """Append one element and return where the next begins."""
    letter = pattern[index]
    if letter == "\\":
        out.append(_escape(pattern, index))
        return index + 2
    if letter == "[":
        text, index = _class(pattern, index)
        out.append(text)
        return index
    if letter == "(":
        if pattern.startswith("(?:", index):
            out.append("(?:")
            return index + 3
        if pattern.startswith("(?", index):
            raise ValueError("only plain and (?: groups are allowed")
        out.append("(?:")
        return index + 1
    if letter == "$":
        out.append(end)
        return index + 1
    if letter in "{}]":
        raise ValueError(f"write \\{letter} for the character {letter}")
    out.append(letter)
    return index + 1


def _escape(pattern: str, index: int) -> str:
    following = pattern[index + 1 : index + 2]
    if following in _CLASSES:
        return _CLASSES[following]
    if following in ("n", "t", "r"):
        return "\\" + following
    if following and following in _PUNCTUATION:
        return re.escape(following)
    raise ValueError(f"\\{following} is not allowed")


def _class(pattern: str, index: int) -> tuple[str, int]:
    """Read a bracket class; inside it only escapes, ranges and plain letters."""
    end = index + 1
    text = "["
    if pattern.startswith("^", end):
        text, end = "[^", end + 1
    first = True
    while end < len(pattern) and (pattern[end] != "]" or first):
        letter = pattern[end]
        if letter == "[" or (letter == "]" and first) or letter in "&~":
            raise ValueError(f"write \\{letter} inside a class")
        if letter == "\\":
            escaped = _escape(pattern, end)
            text += escaped[1:-1] if escaped.startswith("[") and escaped[1] != "^" else escaped
            if escaped.startswith("[^"):
                raise ValueError("a negated class inside a class is not allowed")
            end += 2
        elif letter in "-|" and text.endswith(letter):  # a set operation in other dialects
            raise ValueError(f"write \\{letter} inside a class")
        else:
            text, end = text + letter, end + 1
        first = False
    if end >= len(pattern):
        raise ValueError("a class is not closed")
    return text + "]", end + 1
