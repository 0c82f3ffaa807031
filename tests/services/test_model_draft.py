"""What saving a model.yml would come to, told before it is saved."""

from __future__ import annotations

from muster.services.applying import apply, plan_apply
from muster.services.lifecycle import archive
from muster.services.model_draft import judge_model
from muster.services.workspaces import save_model, stored_model
from tests.services.small_workspace import MODEL, documents


def test_the_model_in_use_fits(shared) -> None:
    found = judge_model(shared, MODEL)
    assert (found.problems, found.unfit) == ((), ())
    assert found.model is not None
    assert found.model.entity.name == "user"


def test_every_fault_of_a_text_is_named_and_nothing_is_written(shared) -> None:
    broken = MODEL.replace("type: money", "type: monney").replace("of: payment,", "of: refund,")
    found = judge_model(shared, broken)
    assert found.model is None
    assert len(found.problems) > 2
    for text in ("", "a: [", "- 1", "\x00", "version: 1"):
        assert judge_model(shared, text).problems, text
    assert stored_model(shared).version == 1


def test_tables_that_do_not_bear_it_out_are_told(shared) -> None:
    other = (
        MODEL.replace("table: payments", "table: paymints")
        .replace("created_at: {type: timestamp}", "created_at: {type: date}")
        .replace("note: {type: string}", "note: {type: string, column: nota}")
    )
    found = judge_model(shared, other)
    assert found.model is not None
    codes = {one.code: one for one in found.problems}
    assert set(codes) == {"MISSING_TABLE", "MISSING_COLUMN", "TYPE_MISMATCH"}
    assert codes["MISSING_TABLE"].hint == 'Did you mean "payments"?'


def test_rules_that_would_no_longer_fit_are_told_with_why(context) -> None:
    gold = documents("- {name: gold, where: {field: tier, op: exists}}")
    (rule,) = apply(context, plan_apply(context, gold))
    archive(context, rule.id)
    without = MODEL.replace("city: {type: string, label: City}", "town: {type: string}").replace(
        "tier: {type: enum, values: [gold, silver]}", "rank: {type: string}"
    )
    found = judge_model(context, without)
    assert [one.rule.name for one in found.unfit] == ["mail_to_win_back", "viennese"]
    assert found.unfit[0].sentence.startswith('There is no attribute "city"')


def test_a_draft_that_does_not_fit_counts_as_much_as_what_is_published(context) -> None:
    edited = documents("- {name: viennese, where: {field: tier, op: exists}}")
    apply(context, plan_apply(context, edited, publish=False))
    town = MODEL.replace("city: {type: string, label: City}", "town: {type: string}")
    assert "viennese" in [one.rule.name for one in judge_model(context, town).unfit]
    rank = MODEL.replace("tier: {type: enum, values: [gold, silver]}", "rank: {type: string}")
    assert [one.rule.name for one in judge_model(context, rank).unfit] == ["viennese"]


def test_without_data_only_the_text_itself_is_judged(context) -> None:
    context.warehouse_path.unlink()
    found = judge_model(context, MODEL.replace("table: payments", "table: paymints"))
    assert found.model is not None
    assert found.problems == ()
    assert save_model(context, MODEL).version == 1
