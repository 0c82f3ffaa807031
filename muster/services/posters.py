"""Segments as posters: the size, how it moved, and one telling attribute as bars."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from muster.base.datamodel import DataModel, Field, FieldType, PiiClass
from muster.base.errors import MusterError
from muster.base.recent import Recent
from muster.base.records import SegmentVersion
from muster.services.context import WorkspaceContext
from muster.services.live_breakdown import Breakdown, compared
from muster.services.overview import SegmentOverview
from muster.services.patience import Patience
from muster.services.profile import Everybody, everybody
from muster.store.segment_moves import SegmentMove

MOST: Final = 12
_logger = logging.getLogger("muster.home")
_FEWEST: Final = 10
# A version never changes; what everybody is like moves slowly, and a refresh draws anew.
_BARS: Recent[tuple[str, int, int, Field], Breakdown] = Recent(kept=2048)


@dataclass(frozen=True, slots=True)
class Poster:
    """One segment; ``bars`` is None where no attribute is fit to be shown, or none can be."""

    overview: SegmentOverview
    bars: Breakdown | None


def fastest_growing(moves: Sequence[SegmentMove]) -> tuple[str, ...]:
    """Return the names of the segments that grew most over their last 30 versions.

    What is compared is the gain by the square root of the size before, which is about how much a
    size moves by chance: neither the largest segments nor the tiniest win by that alone.
    """
    grown = [
        ((one.size - one.base) / math.sqrt(max(one.base, 1)), one)
        for one in moves
        if one.base is not None and one.size > one.base and one.size >= _FEWEST
    ]
    grown.sort(key=lambda pair: (-pair[0], pair[1].name))
    return tuple(one.name for _, one in grown[:MOST])


def telling_field(model: DataModel) -> Field | None:
    """Return the attribute that posters show: age, else the first enum, that is not personal."""
    candidates = [model.attributes.get(model.facets.age or "")]
    candidates += [one for one in model.attributes.values() if one.type is FieldType.ENUM]
    return next((one for one in candidates if one and one.pii is PiiClass.NONE), None)


class Painter:
    """Makes posters; who is there is asked once, and only if some bars are not at hand."""

    def __init__(self, context: WorkspaceContext, model: DataModel, patience: Patience) -> None:
        self._context = context
        self._model = model
        self._patience = patience
        self._field = telling_field(model)
        self._everybody: Everybody | None = None

    def posters(self, overviews: Sequence[SegmentOverview]) -> tuple[Poster, ...]:
        """Return a poster of each segment."""
        return tuple(Poster(one, self._bars(one.segment.current)) for one in overviews)

    def _bars(self, version: SegmentVersion | None) -> Breakdown | None:
        field = self._field
        if field is None or version is None:
            return None
        key = (str(self._context.folder), int(version.segment_id), version.number, field)
        try:
            return _BARS.get(key, lambda: self._counted(field, version))
        except MusterError as error:  # a poster without bars is better than no page
            _logger.info("no bars of segment %s: %s", version.segment_id, error.sentence)
            if self._everybody is None:
                self._field = None  # nor of the others
            return None

    def _counted(self, field: Field, version: SegmentVersion) -> Breakdown:
        if self._everybody is None:
            self._everybody = everybody(self._context, patience=self._patience)
        found = self._everybody
        (breakdown,) = compared(
            found.axes([field]), found.members(version), found.evaluated.present
        )
        return breakdown
