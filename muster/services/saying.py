"""What saved rules say in English, worked out once for each text and data model."""

from __future__ import annotations

from dataclasses import dataclass

from muster.base.datamodel import DataModel
from muster.base.errors import InvalidRule
from muster.base.recent import Recent
from muster.base.records import Rule
from muster.rules.resolve import resolve_rule
from muster.rules.sentence import sentence
from muster.services.needed import definition_of, text_hash


@dataclass(frozen=True, slots=True)
class Said:
    """A rule's sentence; without one, why it no longer fits the data model."""

    sentence: str | None
    fault: str | None


# By the definition's text and the model's fingerprint; a sentence is some hundred bytes.
_SAID: Recent[tuple[str, str], Said] = Recent(kept=20_000)


def said_by(rule: Rule, model: DataModel, *, fingerprint: str) -> Said:
    """Return what a rule says.

    Args:
        fingerprint: the model's.
    """

    def say() -> Said:
        try:
            return Said(sentence(resolve_rule(definition_of(rule), model), model), None)
        except InvalidRule as error:
            return Said(None, error.sentence)

    return _SAID.get((text_hash(rule), fingerprint), say)
