"""The same rule spelled other ways: YAML as `muster rule apply` reads it, SQL, and a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from muster.compile.bind import bind_rule
from muster.compile.select import rule_select
from muster.model.yaml_write import block
from muster.rules.document import OWN_NAMES
from muster.rules.dump import dump_definition
from muster.rules.resolve import resolve_rule
from muster.rules.sentence import sentence
from muster.rules.unsaved import NAME, read_rule
from muster.services.context import WorkspaceContext
from muster.services.evaluating import DIALECT, live_instant
from muster.services.needed import needed_catalog
from muster.services.workspaces import current_model


@dataclass(frozen=True, slots=True)
class RuleText:
    """One rule, three ways; ``sql`` is of the present instant, on the minute."""

    yaml: str
    sql: str
    dialect: str
    sentence: str


def rule_text(context: WorkspaceContext, rule: Any) -> RuleText:
    """Spell an unsaved rule; no data is looked at.

    Args:
        rule: a rule document with or without a name, a definition, or a bare condition.

    Raises:
        InvalidRule: with every fault. NotFound: NO_MODEL.
    """
    definition = read_rule(rule)
    model = current_model(context)
    needed = needed_catalog(context, model, {NAME: definition})
    resolved = resolve_rule(definition, model, segments=needed.known)
    bound = bind_rule(NAME, resolved, model, as_of=live_instant(context, None))
    written = {**_own(rule), **dump_definition(definition)}
    return RuleText(
        block(written),
        rule_select(bound, model).sql(DIALECT, pretty=True),
        DIALECT,
        sentence(resolved, model),
    )


def _own(rule: Any) -> dict[str, Any]:
    """Return what a document says beside its definition, as it says it."""
    given = rule if isinstance(rule, dict) else {}
    return {name: given[name] for name in OWN_NAMES if given.get(name)}
