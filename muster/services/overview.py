"""What a workspace's segments are, at a glance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from muster.base.errors import InvalidRule
from muster.base.recent import Recent
from muster.base.records import Rule, Segment, StoredModel
from muster.rules.resolve import resolve_rule
from muster.rules.sentence import sentence
from muster.services.context import WorkspaceContext
from muster.services.needed import definition_of, text_hash
from muster.services.workspaces import model_of, stored_model
from muster.store import segment_list
from muster.store.segment_list import EVERYTHING, ListedSegment, SegmentFilter, SegmentOrder

# By the definition's text and the model's fingerprint; a sentence is some hundred bytes.
_SENTENCES: Recent[tuple[str, str], str] = Recent(kept=20_000)


@dataclass(frozen=True, slots=True)
class SegmentOverview:
    """One segment with its rule and what the rule says in English.

    ``stale``: what readers see is not what the rule, or its parents, say now.
    """

    segment: Segment
    rule: Rule
    sentence: str
    stale: bool

    @property
    def share(self) -> float | None:
        """Members as a share of the universe; None before the first refresh."""
        current = self.segment.current
        if current is None:
            return None
        return current.size / current.universe_size if current.universe_size else 0.0


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """Some segments, and how many there are in all."""

    items: tuple[SegmentOverview, ...]
    total: int


def segment_page(
    context: WorkspaceContext,
    *,
    wanted: SegmentFilter = EVERYTHING,
    order: SegmentOrder = SegmentOrder.ID,
    limit: int,
    offset: int = 0,
    after: int | None = None,
) -> OverviewPage:
    """Return some segments; only their rules are read, not all of the workspace.

    Raises:
        NotFound: NO_MODEL.
    """
    stored = stored_model(context)
    workspace_id = context.workspace.id
    with context.transaction() as connection:
        total = segment_list.total(connection, workspace_id, wanted=wanted)
        found = segment_list.page(
            connection,
            workspace_id,
            wanted=wanted,
            order=order,
            limit=limit,
            offset=offset,
            after=after,
        )
    return OverviewPage(tuple(_overview(one, stored) for one in found), total)


def segment_overview(context: WorkspaceContext, segment: str | int) -> SegmentOverview:
    """Return one segment, named or by id.

    Raises:
        NotFound: UNKNOWN_SEGMENT, NO_MODEL.
    """
    with context.transaction() as connection:
        found = segment_list.one(connection, context.workspace.id, segment)
    return _overview(found, stored_model(context))


def _overview(found: ListedSegment, stored: StoredModel) -> SegmentOverview:
    key = (text_hash(found.rule), stored.fingerprint)
    said = _SENTENCES.get(key, _speaker(found.rule, stored))
    return SegmentOverview(found.segment, found.rule, said, found.stale)


def _speaker(rule: Rule, stored: StoredModel) -> Callable[[], str]:
    """Return what says a rule in English; one that no longer fits the model says so instead."""

    def say() -> str:
        model = model_of(stored)
        try:
            return sentence(resolve_rule(definition_of(rule), model), model)
        except InvalidRule as error:
            return f"This rule no longer fits the data model: {error.sentence}"

    return say
