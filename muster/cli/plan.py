"""`muster plan`: what a refresh would do and share, with its SQL; nothing runs."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from muster.base.errors import InvalidInput
from muster.cli.options import AsOfOption, JsonOption, WorkspaceOption, read_as_of
from muster.cli.output import say, write_json
from muster.cli.rule_source import is_file, is_inline, read_source
from muster.cli.session import entered
from muster.rules.document import RuleDocument
from muster.services.planning import PlannedStage, PlannedWave, plan_refresh


def plan(
    rules: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE|NAME|JSON]...", help="Rules to plan.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All rules of the workspace.")] = False,
    sql: Annotated[bool, typer.Option("--sql", help="Print each rule as one SELECT only.")] = False,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Explain a refresh: its stages, what rules share, the SQL. Nothing runs."""
    if not rules and not every:
        raise InvalidInput(
            "NOTHING_NAMED", "Name rules or a file of rules.", hint="Or say --all.", path="RULES"
        )
    instant = read_as_of(as_of)
    names: list[str] = []
    documents: list[RuleDocument] = []
    for text in rules or []:
        if is_inline(text) or is_file(text):
            documents += read_source(text)
        else:
            names.append(text)
    with entered(workspace) as context:
        found = plan_refresh(context, None if every else names, documents=documents, as_of=instant)
    if as_json:
        write_json(_json(found))
    elif sql:
        for name, select in found.selects:
            say(f"-- {name}")
            say(f"{select};")
            say()
    else:
        _print(found)


def _print(found: PlannedWave) -> None:
    spared = found.asked - found.distinct
    say(f"{len(found.rules)} rules: {', '.join(found.rules)}", style="bold")
    if found.added:
        say(f"of these, parents that must be fresh: {', '.join(found.added)}")
    say(f"{found.asked} questions asked, {found.distinct} distinct: {spared} shared.")
    say(f"as of {found.as_of:%Y-%m-%d %H:%M:%S} UTC; nothing was run.")
    for name, sentence in found.reuse:
        say(f"{name}: {sentence}")
    for number, stage in enumerate(found.stages, 1):
        say()
        say(f"Stage {number}: {stage.what}", style="bold")
        for question in stage.questions:
            say(f"  - {question.text}  [{', '.join(question.rules)}]")
        say(_indented(stage))


def _indented(stage: PlannedStage) -> str:
    nothing = "-- no SQL" if stage.kind == "index" else "-- bits that exist are read"
    text = stage.sql or nothing
    return "\n".join(f"    {line}" for line in text.splitlines())


def _json(found: PlannedWave) -> dict[str, Any]:
    return {
        "as_of": found.as_of,
        "rules": found.rules,
        "added_parents": found.added,
        "asked": found.asked,
        "distinct": found.distinct,
        "stages": [
            {
                "kind": stage.kind,
                "what": stage.what,
                "questions": [
                    {"sentence": question.text, "rules": question.rules}
                    for question in stage.questions
                ],
                "sql": stage.sql,
            }
            for stage in found.stages
        ],
        "selects": dict(found.selects),
        "reuse": [{"rule": name, "sentence": sentence} for name, sentence in found.reuse],
    }
