"""Which rules are made of a rule: through conditions, exclusions, and the model's universes."""

from __future__ import annotations

from collections.abc import Collection

from muster.base.datamodel import DataModel
from muster.base.errors import Conflict
from muster.base.records import Rule
from muster.rules.members import members_in
from muster.rules.parse import parse_definition
from muster.rules.references import segments_in
from muster.services.context import WorkspaceContext
from muster.store import rule_lists
from muster.store.database import Transaction


def dependents(
    connection: Transaction,
    context: WorkspaceContext,
    name: str,
    model: DataModel,
    *,
    drafts: bool = False,
) -> tuple[Rule, ...]:
    """Return by name the rules that are made of the named one directly, through universes too.

    Args:
        drafts: look also at what is not published yet; then the content is that of the draft.
    """
    ways = [name, *_universes_with(name, model)]
    found: dict[str, Rule] = {}
    for newest in (False, True) if drafts else (False,):
        for rule in rule_lists.mentioning(connection, context.workspace.id, ways, drafts=newest):
            parents = segments_in(parse_definition(rule.definition), universes=model.universes)
            if rule.name != name and name in parents:
                found[rule.name] = rule
    return tuple(found[other] for other in sorted(found))


def refuse_dependents(
    connection: Transaction,
    context: WorkspaceContext,
    rule: Rule,
    model: DataModel,
    *,
    what: str,
    drafts: bool = False,
) -> None:
    """Raise Conflict HAS_DEPENDENTS if rules are made of this one.

    Args:
        what: what cannot be done because of that, e.g. "deleted".
        drafts: look also at what is not published yet.
    """
    found = [
        other.name for other in dependents(connection, context, rule.name, model, drafts=drafts)
    ]
    if found:
        raise Conflict(
            "HAS_DEPENDENTS",
            f'The rule "{rule.name}" cannot be {what}: {_listed(found)} made of it.',
            hint="Change or archive these first.",
        )


def _listed(names: Collection[str]) -> str:
    shown = ", ".join(sorted(names)[:20])
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    return f"{shown}{more} {'is' if len(names) == 1 else 'are'}"


def _universes_with(name: str, model: DataModel) -> tuple[str, ...]:
    """Return the data model's universes that speak of a segment."""
    return tuple(
        universe
        for universe, written in model.universes.items()
        if any(member.segment == name for member in members_in(parse_definition(written)))
    )
