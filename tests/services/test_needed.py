"""Only what a question needs is read: a rule, what it is made of, and what is made of it."""

from __future__ import annotations

import pytest

from muster.rules.unsaved import read_rule
from muster.services.applying import apply, plan_apply
from muster.services.needed import children_of, needed_catalog
from muster.services.workspaces import current_model, save_model, stored_model
from tests.services.small_workspace import documents


def test_a_rule_comes_with_everything_it_is_made_of(shared) -> None:
    model = current_model(shared)
    draft = read_rule({"segment": "mail_to_win_back"})
    found = needed_catalog(shared, model, {"draft": draft})
    assert set(found.catalog.definitions) == {
        "draft",
        "mail_to_win_back",
        "quiet_spenders",
        "quiet",
        "spenders",
    }
    assert found.catalog.segments["quiet"].current is not None
    assert found.known == set(found.catalog.definitions)


def test_a_draft_of_a_saved_rule_stands_for_it(shared) -> None:
    model = current_model(shared)
    draft = read_rule({"segment": "viennese"})
    found = needed_catalog(shared, model, {"quiet_spenders": draft})
    assert set(found.catalog.definitions) == {"quiet_spenders", "viennese"}
    assert found.catalog.definitions["quiet_spenders"] is draft
    assert found.catalog.rules["quiet_spenders"].title == "Quiet spenders"


def test_an_unknown_segment_brings_all_names_for_the_hint(shared) -> None:
    found = needed_catalog(shared, current_model(shared), {"d": read_rule({"segment": "quite"})})
    assert {"quiet", "spenders", "viennese"} <= found.known
    assert "quite" not in found.known


@pytest.mark.parametrize(
    ("rule", "children"),
    [
        ("{where: {segment: viennese}}", True),
        ("{where: {field: city, op: '=', value: x}, exclude: [{segment: viennese}]}", True),
        ("{depends_on: [quiet, viennese], operation: UNION}", True),
        ("{universe: locals, where: {did: view}}", True),
        ("{universe: model.locals, where: {did: view}}", True),
        ("{where: {field: city, op: '=', value: viennese}}", False),
        ("{where: {segment: quiet}}", False),
    ],
)
def test_children_are_the_rules_that_speak_of_a_segment(context, rule, children) -> None:
    model = stored_model(context).document
    universes = "universes:\n  locals: [{segment: viennese}]"
    save_model(context, model.replace("universes:", universes))
    text = "- " + rule.replace("{", "{name: newcomer, ", 1)
    apply(context, plan_apply(context, documents(text)))
    found = [one.name for one in children_of(context, current_model(context), "viennese")]
    assert found == (["newcomer"] if children else [])
