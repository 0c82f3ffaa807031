"""What each route of an application asks for, read from the types of its parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIRouter
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route

from muster.api import deps
from muster.base.people import Permission


@dataclass(frozen=True)
class Declared:
    """One method of one route. ``permission`` None: it is enough to be signed in."""

    method: str
    path: str
    permission: Permission | None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def undeclared(app: Starlette, *, public: set[tuple[str, str]]) -> list[str]:
    """Return the routes that ask for nothing and are not meant for everybody."""
    return [
        f"{method} {path}"
        for method, path, route in _methods(app)
        if (method, path) not in public and not _asks(route)
    ]


def declared(app: Starlette, *, public: set[tuple[str, str]]) -> list[Declared]:
    """Return what each route that is not for everybody asks for."""
    return [
        Declared(method, path, _permission(route))
        for method, path, route in _methods(app)
        if (method, path) not in public and _asks(route)
    ]


def everything(app: Starlette) -> set[tuple[str, str]]:
    """Return every method of every route."""
    return {(method, path) for method, path, _ in _methods(app)}


def _methods(app: Starlette) -> Iterator[tuple[str, str, BaseRoute]]:
    for prefix, route in _flat(app.routes):
        path = prefix + getattr(route, "path", str(route))
        methods = (route.methods or set()) if isinstance(route, Route | APIRoute) else {"ANY"}
        for method in sorted(methods - {"HEAD"}):
            yield method, path, route


def _flat(routes: Sequence[BaseRoute], prefix: str = "") -> Iterator[tuple[str, BaseRoute]]:
    """Yield every route with what stands before its path; FastAPI keeps routers as they are."""
    for route in routes:
        router = getattr(route, "original_router", None)
        if isinstance(router, APIRouter):
            yield from _flat(router.routes, prefix + route.include_context.prefix)  # type: ignore[attr-defined]
        else:
            yield prefix, route


def _asks(route: BaseRoute) -> bool:
    return any(
        isinstance(found.call, deps.Entered) or found.call is deps._principal
        for found in _dependencies(route)
    )


def _permission(route: BaseRoute) -> Permission | None:
    found = [
        one.call.permission for one in _dependencies(route) if isinstance(one.call, deps.Entered)
    ]
    assert len(found) <= 1, f"{route} asks for several permissions"
    return found[0] if found else None


def _dependencies(route: BaseRoute) -> Iterator[Dependant]:
    if isinstance(route, APIRoute):
        yield from _below(route.dependant)


def _below(dependant: Dependant) -> Iterator[Dependant]:
    for one in dependant.dependencies:
        yield one
        yield from _below(one)
