"""Finds handlers that hide a failure: neither the caller, nor the log, nor a value tells of it."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator

BROAD = frozenset({"Exception", "BaseException", "MusterError", "StandardError"})
_LOGGING = frozenset({"exception", "error", "warning", "critical", "info", "debug", "log"})
_TIDYING = frozenset(
    {"close", "cleanup", "print", "sleep", "unlink", "rollback", "isinstance", "len", "str"}
)


def faults(source: str) -> list[tuple[int, str]]:
    """Return the line and the fault of every handler that swallows, in order.

    A handler must do one of these:

    - raise;
    - return or yield a value, be it None, that says so;
    - log, with the `logger`;
    - hand on the exception it caught: to a call, a variable, an attribute;
    - decide a value: assign one that is not thrown away;
    - do something else instead: call anything but what merely tidies up.

    One that catches everything must raise, log, or hand the exception on. `contextlib.suppress`
    takes narrow types alone, and a comment beside it or right above says why.
    """
    tree = ast.parse(source)
    comments = _comment_lines(source)
    found = [
        (node.lineno, fault)
        for node in ast.walk(tree)
        for fault in (*_handler_faults(node), *_suppress_faults(node, comments))
    ]
    return sorted(found)


def _handler_faults(node: ast.AST) -> Iterator[str]:
    if not isinstance(node, ast.ExceptHandler):
        return
    inside = [part for statement in node.body for part in _own_parts(statement)]
    tells = any(isinstance(part, ast.Raise) or _logs(part) for part in inside)
    if tells or _hands_on(node.name, inside):
        return
    if _is_broad(node.type):
        yield "catches everything and neither raises, logs, nor hands the exception on"
    elif not any(_says_so(part) for part in inside):
        yield "swallows the exception"


def _suppress_faults(node: ast.AST, comments: frozenset[int]) -> Iterator[str]:
    if not (isinstance(node, ast.Call) and _name(node.func) == "suppress"):
        return
    if not node.args or any(_is_broad(argument) for argument in node.args):
        yield "suppresses everything"
    elif not {node.lineno, node.lineno - 1} & comments:
        yield "suppresses without a comment that says why"


def _own_parts(statement: ast.AST) -> Iterator[ast.AST]:
    """Yield a statement's parts, without those of functions that are only defined there."""
    yield statement
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
        return
    for part in ast.iter_child_nodes(statement):
        yield from _own_parts(part)


def _logs(part: ast.AST) -> bool:
    return (
        isinstance(part, ast.Call)
        and isinstance(part.func, ast.Attribute)
        and part.func.attr in _LOGGING
        and "log" in _name(part.func.value).lower()
    )


def _hands_on(name: str | None, inside: list[ast.AST]) -> bool:
    """Whether the caught exception goes into a call or a variable (a comparison is not enough)."""
    if name is None:
        return False
    carriers = [
        part
        for part in inside
        if isinstance(part, ast.Call | ast.Assign | ast.AnnAssign | ast.Return | ast.Yield)
    ]
    return any(
        isinstance(part, ast.Name) and part.id == name
        for carrier in carriers
        for value in _values_of(carrier)
        for part in ast.walk(value)
    )


def _values_of(carrier: ast.AST) -> list[ast.AST]:
    if isinstance(carrier, ast.Call):
        if _name(carrier.func) in ("isinstance", "type", "id", "hash"):
            return []  # looks at it and drops it
        return [*carrier.args, *(keyword.value for keyword in carrier.keywords), carrier.func]
    value = getattr(carrier, "value", None)
    return [value] if isinstance(value, ast.AST) else []


def _says_so(part: ast.AST) -> bool:
    match part:
        case ast.Return(value=value) | ast.Yield(value=value):
            return value is not None
        case ast.Assign(targets=targets):
            return any(_kept(target) for target in targets)
        case ast.AnnAssign(target=target, value=value):
            return value is not None and _kept(target)
        case ast.AugAssign(target=target):
            return _kept(target)
        case ast.Call(func=func):
            return _name(func) not in _TIDYING
        case _:
            return False


def _kept(target: ast.AST) -> bool:
    if isinstance(target, ast.Tuple):
        return any(_kept(item) for item in target.elts)
    return not (isinstance(target, ast.Name) and set(target.id) == {"_"})


def _is_broad(caught: ast.AST | None) -> bool:
    if caught is None:
        return True
    if isinstance(caught, ast.Tuple):
        return any(_is_broad(item) for item in caught.elts)
    return _name(caught) in BROAD


def _name(node: ast.AST) -> str:
    """Return the last part of a dotted name."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _comment_lines(source: str) -> frozenset[int]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return frozenset(
        token.start[0]
        for token in tokens
        if token.type == tokenize.COMMENT and len(token.string.split()) > 2
    )
