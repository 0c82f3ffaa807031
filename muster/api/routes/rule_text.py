"""A rule that is being written, spelled other ways."""

from __future__ import annotations

from fastapi import APIRouter

from muster.api.deps import Reader
from muster.api.schemas.builder import LintRequest
from muster.api.schemas.problem import ProblemDetails
from muster.api.schemas.rule_text import RuleTextBody
from muster.services.rule_text import rule_text

router = APIRouter(
    prefix="/api",
    tags=["builder"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 422)},
)


@router.post("/rule-text")
def post_rule_text(context: Reader, body: LintRequest) -> RuleTextBody:
    """Spell a rule as YAML, as SQL and as a sentence, without looking at data."""
    found = rule_text(context, body.rule)
    return RuleTextBody(
        yaml=found.yaml, sql=found.sql, dialect=found.dialect, sentence=found.sentence
    )
