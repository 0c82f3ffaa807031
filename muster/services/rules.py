"""Rules as readers see them: pages, one rule with what it is made of, its neighbours."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from muster.base.datamodel import DataModel, PiiClass
from muster.base.ids import RuleId
from muster.base.people import Permission
from muster.base.records import Approval, Rule, RuleStatus, RuleVersion
from muster.rules.parse import parse_definition
from muster.rules.references import segments_in
from muster.services.context import WorkspaceContext
from muster.services.dependents import dependents
from muster.services.effects import Effect
from muster.services.needed import definition_of
from muster.services.personal import MASK, record_read
from muster.services.saying import said_by
from muster.services.workspaces import current_model, model_in
from muster.store import approvals as approval_store
from muster.store import rule_lists
from muster.store import rules as rule_store
from muster.store.database import Transaction
from muster.store.rule_lists import LastRun, ListedRule

MAX_GRAPH = 500


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule of a page; ``parents``: the ids of the rules it combines (depends_on)."""

    listed: ListedRule
    parents: tuple[RuleId, ...]
    last_run: LastRun | None


@dataclass(frozen=True, slots=True)
class RuleDetail:
    """One rule. ``sentence`` is None when the rule no longer fits the data model.

    ``made_of``: every rule its condition, universe or exclusions speak of.
    """

    row: RuleRow
    author: str
    reason: str
    sentence: str | None
    made_of: tuple[Rule, ...]
    approval: Approval | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A rule near another: its parents are at distance -1, their parents at -2, children at 1."""

    rule: Rule
    distance: int


@dataclass(frozen=True, slots=True)
class RuleGraph:
    """A rule with all it is made of and all that is made of it.

    ``edges`` are pairs (parent, child) of names; ``truncated``: there are more than MAX_GRAPH.
    """

    nodes: tuple[Neighbour, ...]
    edges: tuple[tuple[str, str], ...]
    truncated: bool


def rule_page(
    context: WorkspaceContext,
    *,
    limit: int,
    offset: int = 0,
    after_id: RuleId | None = None,
    search: str = "",
    tag: str | None = None,
    owner: str | None = None,
    statuses: Collection[RuleStatus] = (RuleStatus.DRAFT, RuleStatus.PUBLISHED),
    schedule_only: bool = False,
    order: str = "id",
) -> tuple[tuple[RuleRow, ...], int]:
    """Return some of the rules that fit, and how many fit in all; see `rule_lists.page`."""
    with context.transaction() as connection:
        found, total = rule_lists.page(
            connection,
            context.workspace.id,
            limit=limit,
            offset=offset,
            after_id=after_id,
            search=search,
            tag=tag,
            owner=owner,
            statuses=statuses,
            schedule_only=schedule_only,
            order=order,
        )
        return _rows(connection, context, found), total


def rule_detail(context: WorkspaceContext, rule_id: RuleId) -> RuleDetail:
    """Return one rule as it is edited; NotFound UNKNOWN_RULE."""
    workspace_id = context.workspace.id
    with context.transaction() as connection:
        fingerprint, model = model_in(connection, context)
        listed = rule_lists.listed(connection, workspace_id, rule_id)
        rule = listed.rule
        (row,) = _rows(connection, context, [listed])
        newest = rule_store.version(connection, workspace_id, rule_id, number=rule.version)
        names = segments_in(definition_of(rule), universes=model.universes)
        made_of = rule_lists.named(connection, workspace_id, names) if names else ()
        approval = approval_store.pending_of(connection, workspace_id, rule_id)
    said = said_by(rule, model, fingerprint=fingerprint).sentence
    return RuleDetail(row, newest.author, newest.reason, said, made_of, approval)


def find_rule(context: WorkspaceContext, rule_id: RuleId) -> Rule:
    """Return one rule as it is edited; NotFound UNKNOWN_RULE."""
    with context.transaction() as connection:
        return rule_store.by_id(connection, context.workspace.id, rule_id)


def rule_versions(
    context: WorkspaceContext,
    rule_id: RuleId,
    *,
    limit: int,
    offset: int = 0,
    before: int | None = None,
) -> tuple[Rule, tuple[RuleVersion, ...], int]:
    """Return a rule, some of its versions, newest first, and how many it has.

    Args:
        before: only versions older than this one (a cursor).

    Raises:
        NotFound: UNKNOWN_RULE.
    """
    with context.transaction() as connection:
        rule = rule_store.by_id(connection, context.workspace.id, rule_id)
        found = rule_store.versions(connection, context.workspace.id, rule_id)
    wanted = [version for version in found if before is None or version.version < before]
    return rule, tuple(wanted[offset : offset + limit]), len(found)


def rule_version(
    context: WorkspaceContext, rule_id: RuleId, *, number: int
) -> tuple[Rule, RuleVersion]:
    """Return a rule and one of its versions; NotFound UNKNOWN_RULE, UNKNOWN_RULE_VERSION."""
    with context.transaction() as connection:
        rule = rule_store.by_id(connection, context.workspace.id, rule_id)
        return rule, rule_store.version(connection, context.workspace.id, rule_id, number=number)


def rule_graph(context: WorkspaceContext, rule_id: RuleId) -> RuleGraph:
    """Return a rule's surroundings: published rules, and the rule itself even as a draft.

    Raises:
        NotFound: UNKNOWN_RULE.
    """
    model = current_model(context)
    with context.transaction() as connection:
        rule = rule_store.by_id(connection, context.workspace.id, rule_id)
        graph = _Graph(connection, context, model)
        graph.add(rule, 0)
        graph.upward(rule)
        graph.downward(rule)
    nodes = sorted(graph.nodes.values(), key=lambda node: (node.distance, node.rule.name))
    return RuleGraph(tuple(nodes), tuple(sorted(graph.edges)), graph.truncated)


def shown_samples(
    context: WorkspaceContext, effects: Sequence[Effect], *, clear: bool
) -> Mapping[str, tuple[tuple[str | int, ...], tuple[str | int, ...]]]:
    """Return the samples of who enters and who leaves each segment, as somebody may see them.

    Keys are shown unless the data model marks the key as personal; then ``clear`` asks for them.

    Raises:
        Forbidden: NOT_ALLOWED, personal keys are asked for by somebody who may not see them.
    """
    model = current_model(context)
    personal = [
        field.name
        for field in model.attributes.values()
        if field.column == model.entity.key and field.pii is not PiiClass.NONE
    ]
    if personal and clear:
        context.require(Permission.SEE_PERSONAL)
        count = sum(len(effect.entered_sample) + len(effect.left_sample) for effect in effects)
        with context.transaction() as connection:
            record_read(connection, context, "rule plan", personal, count, how="plan")
    hidden = bool(personal) and not clear

    def shown(keys: tuple[str | int, ...]) -> tuple[str | int, ...]:
        return (MASK,) * len(keys) if hidden else keys

    return {
        effect.name: (shown(effect.entered_sample), shown(effect.left_sample)) for effect in effects
    }


def combined(definition: object) -> tuple[str, ...]:
    """Return the names in a definition's depends_on, as its author wrote them.

    >>> combined({"depends_on": ["a", "b"], "operation": "UNION"})
    ('a', 'b')
    """
    written = definition.get("depends_on") if isinstance(definition, dict) else None
    if written is None:
        return ()
    return tuple(str(name) for name in (written if isinstance(written, list) else [written]))


def _rows(
    connection: Transaction, context: WorkspaceContext, found: Sequence[ListedRule]
) -> tuple[RuleRow, ...]:
    workspace_id = context.workspace.id
    parents = {item.rule.name: combined(item.rule.definition) for item in found}
    names = {name for listed in parents.values() for name in listed}
    ids = rule_lists.ids_of(connection, workspace_id, names) if names else {}
    runs = rule_lists.last_runs(connection, workspace_id, list(parents))
    return tuple(
        RuleRow(
            item,
            tuple(ids[name] for name in parents[item.rule.name] if name in ids),
            runs.get(item.rule.name),
        )
        for item in found
    )


class _Graph:
    """Collects the surroundings of one rule, level by level."""

    def __init__(
        self, connection: Transaction, context: WorkspaceContext, model: DataModel
    ) -> None:
        self._connection = connection
        self._context = context
        self._model = model
        self.nodes: dict[str, Neighbour] = {}
        self.edges: set[tuple[str, str]] = set()
        self.truncated = False

    def add(self, rule: Rule, distance: int) -> bool:
        """Add a rule; False if it is there already, or there are too many."""
        if rule.name in self.nodes:
            return False
        if len(self.nodes) >= MAX_GRAPH:
            self.truncated = True
            return False
        self.nodes[rule.name] = Neighbour(rule, distance)
        return True

    def upward(self, start: Rule) -> None:
        """Add what a rule is made of, at any depth."""
        level, distance = [start], 0
        while level:
            distance -= 1
            wanted: set[str] = set()
            for rule in level:
                parents = segments_in(
                    parse_definition(rule.definition), universes=self._model.universes
                )
                self.edges |= {(parent, rule.name) for parent in parents}
                wanted |= set(parents)
            known = rule_lists.named(self._connection, self._context.workspace.id, wanted)
            level = [rule for rule in known if self.add(rule, distance)]

    def downward(self, start: Rule) -> None:
        """Add what is made of a rule, at any depth."""
        level, distance = [start], 0
        while level:
            distance += 1
            found: list[Rule] = []
            for rule in level:
                made = dependents(self._connection, self._context, rule.name, self._model)
                self.edges |= {(rule.name, child.name) for child in made}
                found += made
            level = [rule for rule in found if self.add(rule, distance)]
