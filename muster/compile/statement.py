"""One SQL statement ready to run: the only thing engines know of the compiler."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text in one dialect, made from a tree.

    Attributes:
        sql: the text; values in it are literal nodes written by SQLGlot, never pasted text.
        dialect: SQLGlot's name of the dialect, e.g. "duckdb".
        purpose: a few words for logs and plans, e.g. "leaves of card, last 30 days".
    """

    sql: str
    dialect: str
    purpose: str

    @classmethod
    def of(cls, tree: exp.Expr, *, dialect: str, purpose: str, pretty: bool = False) -> Statement:
        """Render a tree in a dialect; the tree is used up (copying it would cost a third more)."""
        return cls(tree.sql(dialect=dialect, pretty=pretty, copy=False), dialect, purpose)
