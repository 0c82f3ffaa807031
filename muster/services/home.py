"""The first page: what there is, what needs attention, which segments moved."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from muster.base.datamodel import DataModel
from muster.base.errors import MusterError
from muster.base.records import RuleStatus
from muster.services.context import WorkspaceContext
from muster.services.home_attention import Attention, from_data, from_database, in_order
from muster.services.home_figures import Figure, day_figures, followed_since, segment_figures
from muster.services.indexing import IndexStatus, index_status
from muster.services.overview import segment_page, segments_named
from muster.services.patience import ENDLESS, Patience
from muster.services.posters import MOST, Painter, Poster, fastest_growing
from muster.services.sources import Looked, look_at_sources
from muster.services.workspaces import model_in
from muster.store.segment_moves import daily_versions, moves
from muster.store.segment_query import SegmentOrder

_logger = logging.getLogger("muster.home")


@dataclass(frozen=True, slots=True)
class Home:
    """The first page; of the two rails, each segment has its poster."""

    figures: tuple[Figure, ...]
    attention: tuple[Attention, ...]
    recently_refreshed: tuple[Poster, ...]
    fastest_growing: tuple[Poster, ...]


def home(context: WorkspaceContext, *, patience: Patience = ENDLESS) -> Home:
    """Return the first page; a warehouse that cannot be read leaves figures unknown, with a note.

    Raises:
        NotFound: NO_MODEL.
    """
    workspace_id = context.workspace.id
    with context.transaction() as connection:
        fingerprint, model = model_in(connection, context)
        moved = moves(connection, workspace_id)
        since = followed_since(context, model, segments=len(moved))
        versions = daily_versions(connection, workspace_id, since=since, zone=model.time_zone)
        attention, stale = from_database(connection, context, moved)
    looked = _looked(context, fingerprint, model, patience)
    span = looked[model.entity.name].span if model.entity.name in looked else None
    people, segments = segment_figures(
        context, model, versions, stale=stale, everyone=None if span is None else span.rows
    )
    events, money = day_figures(context, fingerprint, model, looked, patience=patience)
    now = context.resources.clock.now_utc()
    data = from_data(model, looked, _index(context), now=now)
    recent = segment_page(context, order=SegmentOrder.REFRESHED, limit=MOST).items
    published = tuple(
        one for one in recent if one.segment.current and one.rule.status is RuleStatus.PUBLISHED
    )
    painter = Painter(context, model, patience)
    return Home(
        (people, segments, events, money),
        in_order((*attention, *data)),
        painter.posters(published),
        painter.posters(segments_named(context, fastest_growing(moved))),
    )


def _looked(
    context: WorkspaceContext, fingerprint: str, model: DataModel, patience: Patience
) -> Mapping[str, Looked]:
    try:
        return look_at_sources(context, fingerprint, model, patience=patience)
    except MusterError as error:
        _logger.info("the sources of %s: %s", context.workspace.name, error.sentence)
        return {}


def _index(context: WorkspaceContext) -> IndexStatus | None:
    try:
        return index_status(context)
    except MusterError as error:
        _logger.info("the index of %s: %s", context.workspace.name, error.sentence)
        return None
