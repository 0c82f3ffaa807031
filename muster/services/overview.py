"""What a workspace's segments are, at a glance."""

from __future__ import annotations

from dataclasses import dataclass

from muster.base.errors import InvalidRule
from muster.base.records import Rule, Segment
from muster.rules.resolve import resolve_rule
from muster.rules.sentence import sentence
from muster.services.context import WorkspaceContext
from muster.services.wave import Catalog, read_catalog
from muster.services.workspaces import current_model


@dataclass(frozen=True, slots=True)
class SegmentOverview:
    """One segment with its rule and what the rule says in English."""

    segment: Segment
    rule: Rule
    sentence: str

    @property
    def share(self) -> float | None:
        """Members as a share of the universe; None before the first refresh."""
        current = self.segment.current
        if current is None:
            return None
        return current.size / current.universe_size if current.universe_size else 0.0


def segment_overviews(context: WorkspaceContext) -> tuple[SegmentOverview, ...]:
    """Return every segment of a workspace by name.

    Raises:
        NotFound: NO_MODEL.
    """
    catalog = read_catalog(context, current_model(context))
    return tuple(
        SegmentOverview(segment, catalog.rules[name], _sentence(catalog, name))
        for name, segment in catalog.segments.items()
        if name in catalog.rules
    )


def _sentence(catalog: Catalog, name: str) -> str:
    """Return a rule in English; a rule that no longer fits the model says so instead."""
    try:
        resolved = resolve_rule(catalog.definitions[name], catalog.model)
    except InvalidRule as error:
        return f"This rule no longer fits the data model: {error.sentence}"
    return sentence(resolved, catalog.model)
