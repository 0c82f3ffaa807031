"""`muster rule`: apply files of rules, look at rules, restore old versions; more: rule_life.py."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from muster.base.errors import InvalidInput, Problem
from muster.base.json_value import dumps
from muster.base.records import RuleStatus
from muster.cli import rule_life, rule_relations
from muster.cli.options import AsOfOption, JsonOption, WorkspaceOption, YesOption, read_as_of
from muster.cli.output import Column, listed, print_table, say, write_json
from muster.cli.rule_source import read_rules_file
from muster.cli.session import entered
from muster.cli.shapes import effect_json, problem_json, rule_json, rule_version_json
from muster.rules.parse import parse_definition
from muster.rules.resolve import resolve_rule
from muster.rules.sentence import sentence
from muster.services.applying import (
    ApplyPlan,
    list_rules,
    plan_apply,
    restore_document,
    show_rule,
)
from muster.services.context import WorkspaceContext
from muster.services.lifecycle import Saved, has_data, save_all
from muster.services.planning import plan_refresh
from muster.services.reuse import warnings_of
from muster.services.workspaces import current_model

app = typer.Typer(help="Apply, look at, publish, archive and restore rules.", no_args_is_help=True)
rule_life.register(app)
rule_relations.register(app)

ReasonOption = Annotated[str, typer.Option(help="Why; kept with the versions.")]
DraftOption = Annotated[
    bool, typer.Option("--draft", help="Leave drafts; what is evaluated stays as it is.")
]


@app.command("apply")
def apply_command(
    file: Annotated[Path, typer.Argument(help="YAML or JSON with one rule or many.")],
    yes: YesOption = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan only.")] = False,
    draft: DraftOption = False,
    reason: ReasonOption = "",
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what the rules of a file would change, then write them, all or none."""
    instant = read_as_of(as_of)
    documents = read_rules_file(file)
    with entered(workspace) as context:
        plan = plan_apply(
            context, documents, as_of=instant, measured=has_data(context), publish=not draft
        )
        _show_and_apply(
            context,
            plan,
            yes=yes,
            dry_run=dry_run,
            reason=reason or f"from {file.name}",
            as_json=as_json,
        )


@app.command("restore")
def restore(
    name: str,
    version: int,
    yes: YesOption = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan only.")] = False,
    draft: DraftOption = False,
    reason: ReasonOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make an old version of a rule its newest one."""
    with entered(workspace) as context:
        document = restore_document(context, name, version)
        plan = plan_apply(context, [document], measured=has_data(context), publish=not draft)
        _show_and_apply(
            context,
            plan,
            yes=yes,
            dry_run=dry_run,
            reason=reason or f"restored version {version}",
            as_json=as_json,
        )


@app.command("list")
def list_command(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the rules of a workspace."""
    with entered(workspace) as context:
        found = list_rules(context)
    if as_json:
        write_json(listed(rule_json(rule) for rule in found))
        return
    print_table(
        [
            Column("rule"),
            Column("title"),
            Column("status"),
            Column("version", number=True),
            Column("schedule"),
            Column("tags"),
            Column("changed"),
        ],
        [
            (
                rule.name,
                rule.title,
                rule_life.status_words(rule),
                rule.version,
                rule.schedule,
                rule.tags,
                rule.updated_at,
            )
            for rule in found
        ],
    )


@app.command("show")
def show(name: str, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Show a rule: its sentence, JSON, warnings, versions and SQL."""
    with entered(workspace) as context:
        rule, versions = show_rule(context, name)
        model = current_model(context)
        definition = parse_definition(rule.definition)
        resolved = resolve_rule(definition, model)
        said = sentence(resolved, model)
        warnings = warnings_of(context, definition, resolved, name=name)
        evaluated = rule.status is RuleStatus.PUBLISHED
        sql = dict(plan_refresh(context, [name]).selects)[name] if evaluated else None
    if as_json:
        write_json(
            {
                **rule_json(rule),
                "sentence": said,
                "warnings": [problem_json(warning) for warning in warnings],
                "versions": [rule_version_json(version) for version in versions],
                "sql": sql,
            }
        )
        return
    say(f"{rule.title} ({rule.name}, version {rule.version})", style="bold")
    if rule.status is not RuleStatus.PUBLISHED or rule.published_version != rule.version:
        say(f"status: {rule_life.status_words(rule)}")
    if rule.description:
        say(rule.description)
    say()
    say(said)
    say()
    say(f"schedule: {rule.schedule or 'none'}   tags: {', '.join(rule.tags) or 'none'}")
    say_warnings(warnings)
    say()
    say(dumps(rule.definition, indent=2))
    print_table(
        [
            Column("version", number=True),
            Column("by"),
            Column("made"),
            Column("reason"),
            Column("title"),
        ],
        [
            (version.version, version.author, version.created_at, version.reason, version.title)
            for version in versions
        ],
    )
    say(sql or "It is not evaluated, so there is no SQL.")


def say_warnings(warnings: tuple[Problem, ...]) -> None:
    """Print what the linter has to say about a rule."""
    for warning in warnings:
        hint = f" {warning.hint}" if warning.hint else ""
        say(f"warning: {warning.path}: {warning.sentence}{hint} [{warning.code}]", style="yellow")


def _show_and_apply(
    context: WorkspaceContext,
    plan: ApplyPlan,
    *,
    yes: bool,
    dry_run: bool,
    reason: str,
    as_json: bool,
) -> None:
    """Show a plan; write it if that is agreed to and there is anything to write."""
    model = current_model(context)
    warnings = [
        (document.name, warning)
        for document in plan.documents
        for warning in warnings_of(
            context,
            document.definition,
            resolve_rule(document.definition, model),
            name=document.name,
        )
    ]
    if not as_json:
        _print_plan(plan)
        for name, warning in warnings:
            say_warnings((Problem(warning.code, f"{name}: {warning.path}", warning.sentence),))
    pending = [
        effect.name for effect in plan.effects if effect.change not in ("unchanged", "child")
    ]
    wanted = bool(pending) and not dry_run
    if wanted and not yes:
        wanted = _agreed(len(pending), as_json=as_json)
    saved = save_all(context, plan, reason=reason) if wanted else ()
    if as_json:
        write_json(
            {
                "applied": bool(saved),
                "as_of": plan.as_of,
                "measured": plan.measured,
                "effects": [effect_json(effect) for effect in plan.effects],
                "warnings": [{"rule": name, **problem_json(warning)} for name, warning in warnings],
                "rules": [_saved_json(found) for found in saved],
            }
        )
    elif saved:
        _say_saved(saved, len(pending), published=plan.publish)
    else:
        say("Nothing to write." if not pending else "Nothing was written.")


def _saved_json(saved: Saved) -> dict[str, Any]:
    return {
        "name": saved.rule.name,
        "version": saved.rule.version,
        "published_version": saved.rule.published_version,
        "approval": None if saved.approval is None else int(saved.approval.id),
    }


def _say_saved(saved: tuple[Saved, ...], number: int, *, published: bool) -> None:
    if not published:
        say(f"{number} drafts are written. Publish each: muster rule publish NAME")
        return
    for found in saved:
        if found.approval is not None:
            rule_life.say_waiting(found)
    say(f"{number} rules are written. Publish them: muster refresh --all")


def _agreed(number: int, *, as_json: bool) -> bool:
    """Ask whether to write; without a terminal there is nobody to ask."""
    if as_json or not sys.stdin.isatty():
        raise InvalidInput(
            "NOT_CONFIRMED",
            f"{number} rules would be written, and nobody is here to be asked.",
            hint="Add --yes to write them, or --dry-run to look only.",
            path="--yes",
        )
    return typer.confirm(f"Write {number} rules?", default=False, err=True)


def _print_plan(plan: ApplyPlan) -> None:
    rows: list[tuple[Any, ...]] = []
    for effect in plan.effects:
        if effect.change in ("unchanged", "described") or not plan.measured:
            rows.append((effect.name, effect.change, None, None, None, None))
        else:
            before = None if effect.change == "new" else effect.size_before
            rows.append(
                (
                    effect.name,
                    effect.change,
                    before,
                    effect.size_after,
                    effect.entered,
                    effect.left,
                )
            )
    if not plan.measured:
        say("There is no data yet, so nothing is counted.")
    print_table(
        [
            Column("rule"),
            Column("change"),
            Column("size now", number=True),
            Column("size then", number=True),
            Column("enter", number=True),
            Column("leave", number=True),
        ],
        rows,
    )
