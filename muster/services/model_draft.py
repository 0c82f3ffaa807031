"""What saving a model.yml would come to, while it is being edited; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from muster.base.datamodel import DataModel
from muster.base.errors import Busy, InvalidModel, InvalidRule, NotFound, Problem
from muster.base.records import Rule, RuleStatus
from muster.engines.duckdb_inspect import table_shapes
from muster.model.check import Severity, check_model
from muster.model.load import load_model
from muster.rules.resolve import resolve_rule
from muster.services.context import WorkspaceContext
from muster.services.needed import definition_of
from muster.store import rules as rule_store


@dataclass(frozen=True, slots=True)
class UnfitRule:
    """A saved rule that does not fit a data model, and its first fault in a sentence."""

    rule: Rule
    sentence: str


@dataclass(frozen=True, slots=True)
class ModelDraft:
    """A text of model.yml, judged.

    Attributes:
        model: None where the text has faults of its own, so that it could not be saved.
        problems: these faults; else what tables and columns of the warehouse do not bear out.
        unfit: rules that do not fit it, archived ones aside, by name.
    """

    model: DataModel | None
    problems: tuple[Problem, ...]
    unfit: tuple[UnfitRule, ...]


def judge_model(context: WorkspaceContext, document: str) -> ModelDraft:
    """Read a text of model.yml and hold it against the warehouse's tables and the saved rules.

    Raises:
        EngineFailed: the warehouse failed.
    """
    try:
        model = load_model(document)
    except InvalidModel as error:
        whole = Problem(error.code, error.path or "$", error.sentence, error.hint)
        return ModelDraft(None, error.problems or (whole,), ())
    return ModelDraft(model, _not_borne_out(context, model), tuple(_unfit(context, model)))


def _not_borne_out(context: WorkspaceContext, model: DataModel) -> tuple[Problem, ...]:
    try:
        with context.open_warehouse() as warehouse:
            facts = table_shapes(warehouse)
    except (NotFound, Busy):  # there is no data yet, or it is being loaded: nothing to compare with
        return ()
    findings = check_model(model, facts)
    return tuple(found.problem for found in findings if found.severity is Severity.ERROR)


def _unfit(context: WorkspaceContext, model: DataModel) -> Iterator[UnfitRule]:
    workspace_id = context.workspace.id
    with context.transaction() as connection:
        newest = rule_store.every(connection, workspace_id)
        published = {rule.id: rule for rule in rule_store.published(connection, workspace_id)}
    known = {rule.name for rule in newest}
    for rule in newest:
        if rule.status is RuleStatus.ARCHIVED:
            continue
        for version in (rule, published.get(rule.id, rule)):  # what is edited, what is evaluated
            sentence = _fault(version, model, known)
            if sentence is not None:
                yield UnfitRule(rule, sentence)
                break


def _fault(rule: Rule, model: DataModel, known: set[str]) -> str | None:
    try:
        resolve_rule(definition_of(rule), model, segments=known)
    except InvalidRule as error:
        return error.problems[0].sentence if error.problems else error.sentence
    return None
