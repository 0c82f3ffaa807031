"""Rule documents: what a file of rules or an API request holds, read with every fault collected.

A document is a rule's definition with its name, title, description, tags and schedule beside it.
The Audience Manager's form (``rule_name``, ``conditions``, dates, ``depends_on``) is one of them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from muster.base.errors import InvalidRule
from muster.base.json_value import canonical
from muster.rules.nodes import Definition
from muster.rules.parse import DEFINITION_NAMES, NODE_NAMES, read_definition
from muster.rules.reader import Reader, brief, nearest, show
from muster.rules.schedule import check_schedule

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 100
MAX_TAGS = 50
OWN_NAMES = ("name", "rule_name", "title", "description", "tags", "schedule")
_NAME_HINT = "A name has small letters, digits and _, begins with a letter, at most 63 characters."


@dataclass(frozen=True, slots=True)
class RuleDocument:
    """One rule as its author handed it in; ``raw`` is the definition's JSON as written."""

    name: str
    title: str
    description: str
    tags: tuple[str, ...]
    schedule: str | None
    definition: Definition
    raw: Any


def read_documents(value: Any) -> tuple[RuleDocument, ...]:
    """Read a list of rule documents, ``{rules: [...]}``, or one document by itself.

    Args:
        value: plain Python values, as a YAML or JSON parser gives them.

    Raises:
        InvalidRule: code INVALID_RULE, with every problem of every document.
    """
    reader = Reader()
    found: list[RuleDocument] = []
    taken: dict[str, str] = {}
    for path, item in _items(reader, value):
        document = _document(reader, item, path)
        if document is None:
            continue
        if document.name in taken:
            reader.fault(
                "DUPLICATE_NAME",
                f"{path}.{'name' if 'name' in item else 'rule_name'}",
                f'The name "{document.name}" is taken by {taken[document.name]}.',
            )
        taken.setdefault(document.name, path)
        found.append(document)
    if reader.problems:
        raise InvalidRule.of("INVALID_RULE", "The rules", reader.problems)
    return tuple(found)


def slug(title: str) -> str:
    """Return the name that a title gives: "High Value Customers!" is high_value_customers.

    Letters without a Latin base are left out; if nothing is left, a hash of the title stands in.
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", errors="ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")
    if not name:
        name = sha256(title.encode("utf-8", errors="replace")).hexdigest()[:8]
    if not name[0].isalpha():
        name = f"rule_{name}"
    return name[:63].rstrip("_")


def _items(reader: Reader, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict) and "rules" in value:
        for name in value:
            if name != "rules":
                sentence = f"{show(name)} means nothing beside rules."
                reader.fault("UNKNOWN_NAME", f"$.{brief(name)}", sentence)
        prefix, value = "$.rules", value["rules"]
    elif isinstance(value, dict):
        return [("$", value)]
    else:
        prefix = "$"
    if not isinstance(value, list):
        reader.fault(
            "BAD_DOCUMENT",
            prefix,
            "Rules are a list, or an object with such a list under rules.",
            "Begin each rule with - name: ...",
        )
        return []
    return [(f"{prefix}[{index}]", item) for index, item in enumerate(value)]


def _document(reader: Reader, value: Any, path: str) -> RuleDocument | None:
    """Read one document; None after a problem that leaves nothing to keep."""
    if not isinstance(value, dict):
        reader.fault("BAD_DOCUMENT", path, f"{show(value)} is not a rule; a rule is an object.")
        return None
    plain = _Plain(reader).read(value, path)
    if plain is None:
        return None
    name, title = _names(reader, plain, path)
    description = plain.get("description")
    if description is not None and description != "":
        description = reader.text(description, f"{path}.description", longest=10_000)
    tags = _tags(reader, plain.get("tags"), f"{path}.tags")
    schedule = _schedule(reader, plain.get("schedule"), f"{path}.schedule")
    raw = {key: item for key, item in plain.items() if key not in OWN_NAMES}
    definition = _definition(reader, raw, path)
    if name is None or definition is None:
        return None
    return RuleDocument(name, title, description or "", tags, schedule, definition, raw)


def _names(reader: Reader, value: dict[str, Any], path: str) -> tuple[str | None, str]:
    """Read the name and the title; either gives the other if it is missing."""
    titles = [key for key in ("title", "rule_name") if value.get(key) is not None]
    if len(titles) == 2:
        reader.fault("AMBIGUOUS", path, "title and rule_name are the same thing.")
    title = reader.text(value[titles[0]], f"{path}.{titles[0]}", longest=200) if titles else None
    name = value.get("name")
    if name is None and titles == ["rule_name"]:
        return (None, "") if title is None else (slug(title), title)
    if name is None:
        reader.fault("MISSING", path, '"name" is missing: what other rules call this one.')
        return None, ""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        hint = _NAME_HINT
        if isinstance(name, str) and name.strip():
            hint = f'{_NAME_HINT} For example "{slug(name[:200])}".'
        reader.fault("BAD_NAME", f"{path}.name", f"{show(name)} cannot be a rule's name.", hint)
        return None, ""
    return name, title or name.replace("_", " ").capitalize()


def _tags(reader: Reader, value: Any, path: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_TAGS:
        reader.fault("BAD_LIST", path, f"tags is a list of at most {MAX_TAGS} words.")
        return ()
    found = [reader.text(item, f"{path}[{i}]", longest=50) for i, item in enumerate(value)]
    return tuple(dict.fromkeys(tag for tag in found if tag is not None))


def _schedule(reader: Reader, value: Any, path: str) -> str | None:
    if value is None or value == "":
        return None
    text = reader.text(value, path, longest=200)
    if text is None:
        return None
    text = " ".join(text.split())
    wrong = check_schedule(text)
    if wrong:
        reader.fault("BAD_SCHEDULE", path, wrong, 'Write "@daily" or "30 6 * * mon-fri".')
        return None
    return text


def _definition(reader: Reader, raw: dict[str, Any], path: str) -> Definition | None:
    bare = next((name for name in NODE_NAMES if name in raw), None)
    if bare is not None:
        sentence = f'"{bare}" is part of a condition, not of a rule around it.'
        reader.fault("UNKNOWN_NAME", f"{path}.{bare}", sentence, 'Put the condition under "where".')
        return None
    for name in raw:
        if name not in DEFINITION_NAMES:
            hint = nearest(name, (*OWN_NAMES, *DEFINITION_NAMES))
            sentence = f"{show(name)} means nothing here."
            reader.fault("UNKNOWN_NAME", f"{path}.{brief(name)}", sentence, hint)
    known = {name: item for name, item in raw.items() if name in DEFINITION_NAMES}
    if not any(name in known for name in ("where", "conditions", "depends_on")):
        reader.fault("MISSING", path, '"where" is missing: the condition.')
        return None
    return read_definition(reader, known, path)


class _Plain:
    """Turns parsed YAML or JSON into plain JSON of bounded size, or reports why it cannot.

    The size is counted while walking, so that neither a huge document nor aliases that multiply
    (one list used a thousand times by another, and so on) are ever written out.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._left = MAX_CHARACTERS
        self._sound = True

    def read(self, value: dict[str, Any], path: str) -> dict[str, Any] | None:
        plain = self._value(value, path, 0)
        if self._left >= 0 and self._sound:
            if len(canonical(plain)) <= MAX_CHARACTERS:
                return dict(plain)
            self._left = -1
        if self._left < 0:
            sentence = f"The rule is longer than {MAX_CHARACTERS:,} characters."
            self._reader.fault("TOO_LARGE", path, sentence)
        return None

    def _value(self, value: Any, path: str, depth: int) -> Any:
        self._left -= 1
        if self._left < 0:
            return None
        if depth > MAX_DEPTH:
            return self._fault("TOO_DEEP", path, f"The rule nests deeper than {MAX_DEPTH} levels.")
        if isinstance(value, dict):
            return self._object(value, path, depth)
        if isinstance(value, list | tuple):
            return [self._value(item, f"{path}[{i}]", depth + 1) for i, item in enumerate(value)]
        if isinstance(value, str):
            self._left -= len(value)
            return value
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, int | float | Decimal):
            return self._number(value, path)
        return self._fault("BAD_VALUE", path, f"{show(value)} is not a JSON value.")

    def _object(self, value: dict[Any, Any], path: str, depth: int) -> dict[str, Any]:
        found = {}
        for name, item in value.items():
            if not isinstance(name, str):
                sentence = f"{show(name)} is no name: names are text."
                self._fault("BAD_VALUE", path, sentence)
                continue
            self._left -= len(name)
            found[name] = self._value(item, f"{path}.{brief(name)}", depth + 1)
        return found

    def _number(self, value: int | float | Decimal, path: str) -> Any:
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        # Far above any figure, far below what makes writing the number out slow.
        if not number.is_finite() or abs(number.adjusted()) > 400:
            return self._fault("BAD_NUMBER", path, "A number is finite and has at most 400 digits.")
        return number if isinstance(value, float) else value

    def _fault(self, code: str, path: str, sentence: str) -> None:
        self._sound = False
        self._reader.fault(code, path, sentence)
