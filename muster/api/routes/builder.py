"""What builders ask while a rule is written: its size, its faults, why somebody is in or out."""

from __future__ import annotations

from fastapi import APIRouter

from muster.api.deps import Anybody, Editor, Reader
from muster.api.patience import PatienceDep
from muster.api.routes.members import explanation_body
from muster.api.schemas.builder import (
    ConditionCount,
    CountBody,
    CountRequest,
    EventBody,
    ExplainRequest,
    FacetsBody,
    FieldBody,
    LintBody,
    LintRequest,
    MetricBody,
    OperatorBody,
    OperatorList,
    PlaceBody,
    VocabularyBody,
)
from muster.api.schemas.member import ExplanationBody
from muster.api.schemas.problem import Fault, ProblemDetails
from muster.base.datamodel import DataModel, EventSource, Field, FieldType, PiiClass
from muster.base.errors import Problem
from muster.base.json_value import exact
from muster.rules.operators import (
    AGGREGATES,
    COUNT_OPERATORS,
    METRIC_OPERATORS,
    OPERATORS,
    Operator,
)
from muster.rules.sentence import leaf_sentence, sentence
from muster.rules.sentence_words import Words, label_of, spaced
from muster.rules.unsaved import read_rule
from muster.services.counting import count_definition, lint_definition
from muster.services.explaining import explain_definition
from muster.services.reuse import warnings_of
from muster.services.vocabulary import Vocabulary, read_vocabulary
from muster.services.workspaces import current_model

router = APIRouter(
    prefix="/api",
    tags=["builder"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 409, 422, 502, 503)},
)

_ARITY: dict[str, int | None] = {"none": 0, "range": 2, "many": None}
_DIGITS = (FieldType.MONEY, FieldType.DECIMAL)


@router.post("/count")
def post_count(context: Editor, body: CountRequest, patience: PatienceDep) -> CountBody:
    """Count a rule exactly, and each of its conditions by itself; nothing is saved."""
    definition = read_rule(body.rule)
    found = count_definition(context, definition, as_of=body.as_of, patience=patience)
    warnings = warnings_of(context, definition, found.rule, name=name_of(body.rule))
    model = current_model(context)
    return CountBody(
        size=found.size,
        share=found.share,
        universe=found.universe,
        unknown=found.unknown,
        as_of=found.as_of,
        sentence=sentence(found.rule, model),
        warnings=_faults(warnings),
        conditions=[
            ConditionCount(
                path=one.leaf.path,
                sentence=leaf_sentence(one.leaf, model, time_zone=found.rule.time_zone),
                true=one.true,
                false=one.false,
                unknown=one.unknown,
            )
            for one in found.leaves
        ],
        sql=found.sql if body.sql else None,
        seconds=round(found.seconds, 3),
        synthetic=context.workspace.synthetic,
    )


@router.post("/lint")
def post_lint(context: Reader, body: LintRequest) -> LintBody:
    """Check a rule without looking at data: 422 names every fault, 200 says what it means."""
    rule, warnings = lint_definition(context, read_rule(body.rule), name=name_of(body.rule))
    return LintBody(sentence=sentence(rule, current_model(context)), warnings=_faults(warnings))


@router.post("/explain")
def post_explain(context: Editor, body: ExplainRequest, patience: PatienceDep) -> ExplanationBody:
    """Explain one entity for a rule that is not saved."""
    found = explain_definition(
        context,
        read_rule(body.rule),
        str(body.entity),
        as_of=body.as_of,
        unmask=body.clear,
        patience=patience,
    )
    return explanation_body(found, synthetic=context.workspace.synthetic)


@router.get("/operators")
def get_operators(_principal: Anybody) -> OperatorList:
    """List every operator with the types of field it takes."""
    found = [_operator(one) for one in OPERATORS.values()]
    return OperatorList(
        items=found,
        total=len(found),
        metric_operators=list(METRIC_OPERATORS),
        count_operators=list(COUNT_OPERATORS),
        aggregates=list(AGGREGATES),
    )


@router.get("/fields")
def get_fields(context: Reader) -> VocabularyBody:
    """List everything a rule may speak of in this workspace."""
    words = read_vocabulary(context)
    model = words.model
    facets = model.facets
    return VocabularyBody(
        entity=model.entity.name,
        entity_label=Words(model, model.time_zone).entities,
        key=model.entity.key,
        time_zone=model.time_zone,
        currency=model.currency,
        attributes=[_field(field, model) for field in model.attributes.values()],
        events=_events(model),
        metrics=_metrics(words),
        universes=exact(dict(model.universes)),
        places=[
            PlaceBody(name=one.name, latitude=one.latitude, longitude=one.longitude, km=one.km)
            for one in model.places.values()
        ],
        lists=list(model.lists),
        facets=FacetsBody(
            age=facets.age,
            locations=list(facets.locations),
            demographics=list(facets.demographics or model.attributes),
            interests=facets.interests,
            interest_source=facets.interest_source,
            interest_field=facets.interest_field,
        ),
        synthetic=context.workspace.synthetic,
    )


def name_of(rule: object) -> str | None:
    """Return the saved rule's name that a rule in a request bears, if it does."""
    named = rule.get("name") if isinstance(rule, dict) else None
    return named if isinstance(named, str) else None


def _faults(warnings: tuple[Problem, ...]) -> list[Fault]:
    return [
        Fault(code=one.code, path=one.path, sentence=one.sentence, hint=one.hint)
        for one in warnings
    ]


def _operator(found: Operator) -> OperatorBody:
    return OperatorBody(
        key=found.key,
        label=found.label,
        takes=found.takes,
        arity=_ARITY.get(found.takes, 1),
        types=sorted(found.types),
        sentence=found.sentence,
    )


def _field(field: Field, model: DataModel) -> FieldBody:
    money = field.type is FieldType.MONEY
    return FieldBody(
        name=field.name,
        label=label_of(field),
        type=field.type,
        description=field.description,
        pii=field.pii,
        currency=field.currency or (model.currency if money else None),
        scale=field.scale if field.type in _DIGITS else None,
        fold=field.fold,
        values=list(field.values),
        # what people entered, so personal where the field is
        top_values=list(field.top_values) if field.pii is PiiClass.NONE else [],
        operators=[one.key for one in OPERATORS.values() if field.type in one.types],
    )


def _events(model: DataModel) -> list[EventBody]:
    found = [
        _event(source.name, source.label, (source,), source.at, model)
        for source in model.events.values()
    ]
    found += [
        _event(union.name, union.label, model.sources_of(union.name), None, model)
        for union in model.unions.values()
    ]
    return found


def _event(
    name: str, label: str, sources: tuple[EventSource, ...], at: str | None, model: DataModel
) -> EventBody:
    fields = model.shared_fields(sources).values()
    return EventBody(
        name=name,
        label=label or spaced(name),
        sources=[source.name for source in sources],
        at=at,
        fields=[_field(field, model) for field in fields],
    )


def _metrics(words: Vocabulary) -> list[MetricBody]:
    return [
        MetricBody(
            name=metric.name,
            label=metric.label or spaced(metric.name),
            description=metric.description,
            type=None if output is None else output.type,
            aggregate=metric.aggregate,
            of=metric.of,
            on=list(metric.on),
            currency=None if output is None else output.currency,
        )
        for metric, output in words.metric_outputs
    ]
