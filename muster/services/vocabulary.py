"""What a rule may speak of in a workspace: names, types and values, for builders."""

from __future__ import annotations

from dataclasses import dataclass

from muster.base.datamodel import DataModel, Field, MetricDefinition
from muster.rules.nodes import All, Definition, Limit
from muster.rules.resolve import Resolver
from muster.rules.resolved import Aggregate
from muster.services.context import WorkspaceContext
from muster.services.workspaces import model_of, stored_model


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A data model's words.

    ``metric_outputs``: each metric's value as a field; its type decides which operators fit.
    """

    model: DataModel
    fingerprint: str
    metric_outputs: tuple[tuple[MetricDefinition, Field | None], ...]


def read_vocabulary(context: WorkspaceContext) -> Vocabulary:
    """Return what rules of a workspace may speak of; NotFound NO_MODEL."""
    stored = stored_model(context)
    model = model_of(stored)
    outputs = tuple((metric, _output(model, metric)) for metric in model.metrics.values())
    return Vocabulary(model, stored.fingerprint, outputs)


def _output(model: DataModel, metric: MetricDefinition) -> Field | None:
    """Return a metric's value as a field, None if an attribute of its name hides it."""
    resolver = Resolver(model, Definition(All(())), None)
    limit = resolver.limit(Limit(1, metric.name, True, "$"))
    return limit.by.output if limit is not None and isinstance(limit.by, Aggregate) else None
