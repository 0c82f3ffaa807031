"""A rule as the user names it: a saved rule, a file of rules, or JSON on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from muster.base.errors import InvalidInput
from muster.base.json_value import loads
from muster.cli.files import read_value
from muster.rules.document import RuleDocument, read_documents
from muster.rules.parse import parse_definition
from muster.services.applying import show_rule
from muster.services.context import WorkspaceContext
from muster.services.counting import DRAFT

_SUFFIXES = (".yml", ".yaml", ".json")
_NAMES = ("name", "rule_name", "rules")


def read_rules_file(path: Path) -> tuple[RuleDocument, ...]:
    """Return the rule documents of a YAML or JSON file.

    Raises:
        NotFound, InvalidFile: it cannot be read. InvalidRule: with every fault of every document.
    """
    return read_documents(read_value(path))


def is_inline(text: str) -> bool:
    """Whether an argument is JSON itself."""
    return text.lstrip().startswith(("{", "["))


def is_file(text: str) -> bool:
    """Whether an argument names a file rather than a saved rule."""
    return Path(text).suffix.lower() in _SUFFIXES or "/" in text


def read_source(text: str) -> tuple[RuleDocument, ...]:
    """Return the rules of a file or of inline JSON; a bare condition is a rule without a name.

    Raises:
        As `read_rules_file`.
    """
    value = loads(text) if is_inline(text) else read_value(Path(text))
    if _is_document(value):
        return read_documents(value)
    definition = parse_definition(value)
    return (RuleDocument(DRAFT, "This rule", "", (), None, definition, value),)


def one_rule(context: WorkspaceContext, text: str) -> RuleDocument:
    """Return the one rule an argument names.

    Raises:
        NotFound: UNKNOWN_RULE. InvalidInput: SEVERAL_RULES. Otherwise as `read_rules_file`.
    """
    if not is_inline(text) and not is_file(text):
        rule, _ = show_rule(context, text)
        definition = parse_definition(rule.definition)
        return RuleDocument(
            rule.name,
            rule.title,
            rule.description,
            rule.tags,
            rule.schedule,
            definition,
            rule.definition,
        )
    found = read_source(text)
    if len(found) != 1:
        raise InvalidInput(
            "SEVERAL_RULES",
            f"{text} holds {len(found)} rules, but one is needed.",
            hint="Apply the file, then name one rule; or take a file with one rule.",
        )
    return found[0]


def _is_document(value: Any) -> bool:
    first = value[0] if isinstance(value, list) and value else value
    return isinstance(first, dict) and any(name in first for name in _NAMES)
