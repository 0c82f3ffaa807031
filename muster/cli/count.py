"""`muster count`: how many a rule would have now, and how each condition contributes."""

from __future__ import annotations

from typing import Annotated

import typer

from muster.cli.options import AsOfOption, JsonOption, WorkspaceOption, read_as_of
from muster.cli.output import Column, print_table, say, seconds, share, write_json
from muster.cli.rule import say_warnings
from muster.cli.rule_source import one_rule
from muster.cli.session import entered
from muster.cli.shapes import problem_json
from muster.rules.sentence import leaf_sentence, sentence
from muster.services.counting import count_definition
from muster.services.reuse import warnings_of
from muster.services.workspaces import current_model


def count(
    rule: Annotated[
        str, typer.Argument(metavar="FILE|NAME|JSON", help="A file, a saved rule, or JSON itself.")
    ],
    as_of: AsOfOption = None,
    show_sql: Annotated[bool, typer.Option("--sql", help="Also print the SQL.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count a rule exactly, now; nothing is saved."""
    instant = read_as_of(as_of)
    with entered(workspace) as context:
        document = one_rule(context, rule)
        found = count_definition(context, document.definition, as_of=instant)
        model = current_model(context)
        warnings = warnings_of(context, document.definition, found.rule, name=document.name)
    said = sentence(found.rule, model)
    leaves = [
        (leaf_sentence(one.leaf, model, time_zone=found.rule.time_zone), one)
        for one in found.leaves
    ]
    if as_json:
        write_json(
            {
                "size": found.size,
                "share": found.share,
                "universe": found.universe,
                "unknown": found.unknown,
                "as_of": found.as_of,
                "sentence": said,
                "warnings": [problem_json(warning) for warning in warnings],
                "conditions": [
                    {
                        "path": one.leaf.path,
                        "sentence": text,
                        "true": one.true,
                        "false": one.false,
                        "unknown": one.unknown,
                    }
                    for text, one in leaves
                ],
                "sql": found.sql,
                "seconds": round(found.seconds, 3),
                "synthetic": model.synthetic,
            }
        )
        return
    say(said)
    say_warnings(warnings)
    label = " (synthetic data)" if model.synthetic else ""
    say()
    say(
        f"{found.size:,} of {found.universe:,} ({share(found.share)}){label}, "
        f"{found.unknown:,} unknown, in {seconds(found.seconds)} s",
        style="bold",
    )
    print_table(
        [
            Column("condition"),
            Column("true", number=True),
            Column("false", number=True),
            Column("unknown", number=True),
        ],
        [(text, one.true, one.false, one.unknown) for text, one in leaves],
    )
    if show_sql:
        say(found.sql)
