"""The part of a workspace's rules that one question needs: a few rules and what they are made of.

Reading all rules of a large workspace takes seconds; a count or an explanation needs only a few.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256

from muster.base.datamodel import DataModel
from muster.base.json_value import canonical
from muster.base.recent import Recent
from muster.base.records import Rule, RuleStatus, Segment
from muster.rules.nodes import Definition
from muster.rules.parse import parse_definition
from muster.rules.references import segments_in
from muster.services.context import WorkspaceContext
from muster.services.wave import Catalog
from muster.store import segment_list

_DEFINITIONS: Recent[str, Definition] = Recent(kept=4096)


@dataclass(frozen=True, slots=True)
class Needed:
    """Rules with all they are made of; ``known``: the segments a rule may speak of."""

    catalog: Catalog
    known: frozenset[str]


def needed_catalog(
    context: WorkspaceContext, model: DataModel, drafts: Mapping[str, Definition]
) -> Needed:
    """Return the catalog of some definitions and of everything they are made of, at any depth.

    Args:
        drafts: by name; one of a saved rule's name stands for that rule.
    """
    definitions: dict[str, Definition] = dict(drafts)
    rules: dict[str, Rule] = {}
    found: dict[str, Segment] = {}
    seen: set[str] = set()
    wanted = _parents(drafts.values(), model) | set(drafts)
    missing = False
    while wanted:
        with context.transaction() as connection:
            listed = segment_list.named(connection, context.workspace.id, wanted)
        missing |= not wanted <= {one.segment.name for one in listed} | set(drafts)
        seen |= wanted
        fresh: list[Definition] = []
        for one in listed:
            found[one.segment.name] = one.segment
            rules[one.segment.name] = one.rule
            if one.segment.name not in drafts and is_evaluated(one.rule):
                definitions[one.segment.name] = definition_of(one.rule)
                fresh.append(definitions[one.segment.name])
        wanted = _parents(fresh, model) - seen
    known = set(definitions)
    if missing:  # the error names what was perhaps meant
        with context.transaction() as connection:
            known |= set(segment_list.names(connection, context.workspace.id))
    return Needed(Catalog(model, rules, definitions, found), frozenset(known))


def is_evaluated(rule: Rule) -> bool:
    """Whether a rule takes part in refreshes: it is published and not archived."""
    return rule.published_version is not None and rule.status is not RuleStatus.ARCHIVED


def definition_of(rule: Rule) -> Definition:
    """Return a saved rule's definition; what was parsed lately is not parsed again."""
    return _DEFINITIONS.get(text_hash(rule), lambda: parse_definition(rule.definition))


def text_hash(rule: Rule) -> str:
    """Return a hash of the definition as it is written: unlike the fingerprint, of its spelling."""
    return sha256(json.dumps(rule.definition, default=repr).encode()).hexdigest()


def children_of(context: WorkspaceContext, model: DataModel, name: str) -> tuple[Segment, ...]:
    """Return the segments whose rules are made of the named one, by name."""
    quoted = f'"{name}"'
    # a rule may write a universe's name with a prefix, hence no quote before it
    universes = [
        f'{universe}"' for universe, rule in model.universes.items() if quoted in canonical(rule)
    ]
    with context.transaction() as connection:
        listed = segment_list.mentioning(connection, context.workspace.id, [quoted, *universes])
    return tuple(
        one.segment
        for one in listed
        if name in segments_in(definition_of(one.rule), universes=model.universes)
    )


def _parents(definitions: Collection[Definition], model: DataModel) -> set[str]:
    return {
        name
        for definition in definitions
        for name in segments_in(definition, universes=model.universes)
    }
