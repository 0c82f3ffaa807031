"""A saved rule in English: as its text and the model say, and nothing remembered too long."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from muster.base.ids import RuleId, WorkspaceId
from muster.base.records import Rule
from muster.services.saying import said_by
from tests.shop import shop_model

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RULE = Rule(
    id=RuleId(1),
    workspace_id=WorkspaceId(1),
    name="first_tier",
    title="First tier",
    description="",
    version=1,
    definition={"where": {"field": "tier", "op": "=", "value": 1}},
    fingerprint="f",
    schedule=None,
    tags=(),
    created_at=NOW,
    updated_at=NOW,
)


def test_a_rule_that_is_edited_says_something_else_at_once() -> None:
    model = shop_model()
    before = said_by(RULE, model, fingerprint="m")
    assert before.sentence is not None
    assert "1" in before.sentence
    assert said_by(RULE, model, fingerprint="m") is before
    # the same id and version, as in another database
    edited = replace(RULE, definition={"where": {"field": "tier", "op": "=", "value": 2}})
    after = said_by(edited, model, fingerprint="m")
    assert after.sentence is not None
    assert "2" in after.sentence


def test_a_rule_that_no_longer_fits_says_why_under_that_model_alone() -> None:
    model = shop_model()
    lost = replace(RULE, definition={"where": {"field": "shoe_size", "op": "=", "value": 41}})
    said = said_by(lost, model, fingerprint="m")
    assert said.sentence is None
    assert "shoe_size" in str(said.fault)
    assert said_by(RULE, model, fingerprint="m").fault is None
