"""A rule document out of a request body: all faults at once, each with its path in the body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from muster.base.errors import InvalidRule, Problem
from muster.rules.document import RuleDocument, read_documents
from muster.rules.reader import show

_LONGEST_REASON = 1000
_OWN = ("status", "reason", "version")


@dataclass(frozen=True, slots=True)
class SentRule:
    """A rule as it was sent. ``name``: the name its sender wrote, None if it was made of a title.

    ``document`` is None when only a version was named, or nothing at all.
    """

    document: RuleDocument | None
    name: str | None
    publish: bool
    reason: str
    version: int | None


def read_rule_body(value: Any, *, plan: bool = False) -> SentRule:
    """Read a body of `schemas/rule.py: RuleInput`; what is null counts as left out.

    Args:
        plan: the body is a PlanInput: it may name a version instead, or be empty.

    Raises:
        InvalidRule: with every fault and its path.
    """
    if plan and value is None:
        value = {}
    problems: list[Problem] = []
    if not isinstance(value, dict):
        sentence = f"{show(value)} is not a rule; a rule is an object."
        raise InvalidRule.of("INVALID_RULE", "The rule", [Problem("BAD_DOCUMENT", "$", sentence)])
    given = {name: item for name, item in value.items() if item is not None}
    status = given.pop("status", "published")
    if status not in ("draft", "published"):
        problems.append(
            Problem("BAD_STATUS", "$.status", f'{show(status)} is neither "draft" nor "published".')
        )
    reason = given.pop("reason", "")
    if not isinstance(reason, str) or len(reason) > _LONGEST_REASON:
        sentence = f"The reason is a text of at most {_LONGEST_REASON} characters."
        problems.append(Problem("BAD_REASON", "$.reason", sentence))
    version = given.pop("version", None) if plan else None
    if version is not None and not _is_version(version):
        problems.append(Problem("BAD_VERSION", "$.version", f"{show(version)} is not a version."))
    if given.pop("rules", None) is not None:
        problems.append(Problem("UNKNOWN_NAME", "$.rules", '"rules" means nothing here.'))
    document = None
    if given or not plan:
        document = _document(given, problems)
    if problems:
        raise InvalidRule.of("INVALID_RULE", "The rule", problems)
    if document is not None and version is not None:
        sentence = "A plan is of a rule or of one of its versions, not of both."
        raise InvalidRule.of(
            "INVALID_RULE", "The rule", [Problem("AMBIGUOUS", "$.version", sentence)]
        )
    name = given.get("name")
    return SentRule(document, name, status == "published", reason, version)


def _document(given: dict[str, Any], problems: list[Problem]) -> RuleDocument | None:
    try:
        (document,) = read_documents(given)
    except InvalidRule as error:
        problems += error.problems
        return None
    return document


def _is_version(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value < 2**31
