"""Whether a segment stands on parents that failed or fell behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from muster.base.records import RuleOutcome, RunRule, SegmentVersion
from muster.services.context import WorkspaceContext
from muster.services.wave import Catalog
from muster.store import run_rules


class Staleness(StrEnum):
    """What is the matter with a parent."""

    NEVER_PUBLISHED = "never_published"
    FAILED = "failed"  # its newest run failed; what is published is older
    EDITED = "edited"  # its rule was published anew, and not refreshed since
    BEHIND = "behind"  # the child was computed at a later instant than the parent


@dataclass(frozen=True, slots=True)
class StaleParent:
    """One parent that is not what it should be, and why, in a sentence."""

    name: str
    staleness: Staleness
    as_of: datetime | None
    sentence: str


def stale_parents(
    catalog: Catalog, name: str, latest: Mapping[str, RunRule]
) -> tuple[StaleParent, ...]:
    """Return the direct parents of a segment that failed or fell behind, by name.

    Args:
        catalog: published rules and segments; it holds the segment and its parents.
        latest: what the newest run made of each rule, see `newest_outcomes`.
    """
    child = catalog.segments.get(name)
    own = None if child is None else child.current
    parents = sorted(set(catalog.edges().get(name, ())))
    found = (_stale(catalog, parent, own, latest.get(parent)) for parent in parents)
    return tuple(one for one in found if one is not None)


def newest_outcomes(context: WorkspaceContext, catalog: Catalog, name: str) -> dict[str, RunRule]:
    """Read what the newest runs made of a segment's parents."""
    with context.transaction() as connection:
        return run_rules.latest(connection, context.workspace.id, catalog.edges().get(name, ()))


def _stale(
    catalog: Catalog, parent: str, own: SegmentVersion | None, outcome: RunRule | None
) -> StaleParent | None:
    segment, rule = catalog.segments.get(parent), catalog.rules.get(parent)
    current = None if segment is None else segment.current
    if current is None:
        sentence = f'The segment "{parent}" was never refreshed.'
        return StaleParent(parent, Staleness.NEVER_PUBLISHED, None, sentence)
    stood = f"version {current.number}, as of {current.as_of:%Y-%m-%d %H:%M} UTC"
    bad = (RuleOutcome.FAILED, RuleOutcome.SKIPPED)
    if outcome is not None and outcome.outcome in bad and outcome.run_id > current.run_id:
        sentence = f'The last refresh of "{parent}" failed ({outcome.error}); it stays at {stood}.'
        return StaleParent(parent, Staleness.FAILED, current.as_of, sentence)
    if rule is not None and rule.version > current.rule_version:
        sentence = f'The rule "{parent}" was changed since {stood}.'
        return StaleParent(parent, Staleness.EDITED, current.as_of, sentence)
    if own is not None and current.as_of < own.as_of:
        sentence = f'The segment "{parent}" is older than what is made of it: {stood}.'
        return StaleParent(parent, Staleness.BEHIND, current.as_of, sentence)
    return None
