"""Every route, every role, own and other workspace: what is answered is what the route declares.

Routes are read from the application, so a new one is covered the moment it is registered, and one
that declares nothing fails until somebody decides that it is for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from muster.api.app import create_app
from muster.base.accounts import SignInMethod, SignInMode
from muster.base.ids import UserId, WorkspaceId
from muster.base.people import Permission, Role, permissions_of
from muster.services.signing_in import hash_token
from muster.services.tokens import hash_token as hash_api_token
from muster.settings import Settings
from muster.store import api_tokens, memberships, sessions
from tests.api.asked import STREAMS, Asked, Examples
from tests.api.declared import Declared, declared, everything, undeclared
from tests.api.people import add_user, add_workspace, resources_of, serving

PUBLIC = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),  # asks for a token of its own, or for this machine
    ("GET", "/openapi.json"),
    ("GET", "/docs"),
    ("GET", "/docs/oauth2-redirect"),
    ("GET", "/redoc"),
    ("ANY", "/static-offline-docs"),
    # signing in, and out
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("POST", "/sign-out"),
    ("GET", "/invitation"),
    ("POST", "/invitation"),
    ("GET", "/api/session"),
    ("POST", "/api/session"),
    ("DELETE", "/api/session"),
    ("GET", "/api/session/oidc/start"),
    ("GET", "/api/session/oidc/callback"),
    ("POST", "/api/invitations/accept"),
    ("GET", "/{path:app_path}"),  # the web app's files, which hold no data
}
SIGNED_IN_IS_ENOUGH = {
    # what concerns no single workspace, or finds out by itself which ones one may see
    "GET /api/workspaces",
    "GET /api/workspaces/{name}",
    "POST /api/workspaces",
    "GET /api/operators",
    # one's own
    "GET /api/sessions",
    "DELETE /api/sessions",
    "DELETE /api/sessions/{session_id}",
    "POST /api/session/password",
}

OWN, OTHER = "own", "other"
LIFETIME = timedelta(days=1)
NOBODY_THERE = "999999999"

_app = create_app(Settings(sign_in=SignInMode.PASSWORD, allowed_hosts=("testserver",)))
_requests = {
    (asked.method.upper(), asked.template): asked for asked in Examples(_app.openapi()).requests()
}
ROUTES = declared(_app, public=PUBLIC)


@dataclass(frozen=True)
class Actor:
    """Somebody who asks, with what they prove it by, and what they may do in the own workspace."""

    name: str
    headers: dict[str, str]
    permissions: frozenset[Permission] | None
    """None: they do not belong to the own workspace."""


@dataclass(frozen=True)
class Installation:
    """A server with people in it."""

    client: TestClient
    actors: tuple[Actor, ...]
    members: dict[UserId, tuple[WorkspaceId, Role]]
    session_tokens: dict[UserId, str]

    def restore(self) -> None:
        """Bring back what a request may have ended: sessions and memberships."""
        with resources_of(self.client).database.transaction() as connection:
            for user_id, token in self.session_tokens.items():
                if sessions.find(connection, token_hash=hash_token(token), idle=LIFETIME) is None:
                    sessions.add(
                        connection,
                        token_hash=hash_token(token),
                        user_id=user_id,
                        method=SignInMethod.PASSWORD,
                        agent="",
                        lifetime=LIFETIME,
                    )
            for user_id, (workspace_id, role) in self.members.items():
                memberships.add(connection, workspace_id, user_id, role=role)


@pytest.fixture(scope="module")
def installation(
    module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("data")
    with serving(
        module_database_url, folder, sign_in=SignInMode.PASSWORD, requests_per_minute=0
    ) as client:
        own = WorkspaceId(add_workspace(client, OWN))
        other = WorkspaceId(add_workspace(client, OTHER))
        users: dict[str, UserId] = {
            name: add_user(client, f"{name}@example.com", password=None).id
            for name in ("outsider", *Role)
        }
        members = {users[role]: (own, role) for role in Role}
        members[users["outsider"]] = (other, Role.ADMIN)
        session_tokens = {user_id: f"{name:x<43}" for name, user_id in users.items()}
        narrowed = "mst_narrowed"
        with resources_of(client).database.transaction() as connection:
            api_tokens.add(
                connection,
                own,
                user_id=users[Role.ADMIN],
                name="narrowed",
                prefix="",
                token_hash=hash_api_token(narrowed),
                role=Role.ADMIN,
                scopes={Permission.READ, Permission.RUN},
                created_by="",
                lifetime=LIFETIME,
            )
        actors = [
            Actor("nobody", {}, None),
            *(
                Actor(
                    name,
                    {"cookie": f"muster_session={session_tokens[user_id]}"},
                    permissions_of(Role(name)) if name in list(Role) else None,
                )
                for name, user_id in users.items()
            ),
            Actor(
                "narrowed token",
                {"authorization": f"Bearer {narrowed}"},
                frozenset({Permission.READ, Permission.RUN}),
            ),
        ]
        found = Installation(client, tuple(actors), members, session_tokens)
        found.restore()
        yield found


def asked_of(route: Declared) -> Asked:
    """A request to a route that finds nothing, so that it changes as little as can be."""
    found = _requests.get((route.method, route.path))
    if found is None:  # a page, or a stream: not asked with a body
        parts = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
        found = Asked(route.method, route.path, dict.fromkeys(parts, "1"), {}, {})
    path = {
        name: NOBODY_THERE if value.isdecimal() else "nothing_here"
        for name, value in found.path.items()
    }
    return Asked(found.method, found.template, path, found.query, {}, found.body)


def ask(installation: Installation, asked: Asked, actor: Actor, workspace: str) -> str:
    """Send a request; return how it went: nobody, forbidden, hidden or passed."""
    answer = installation.client.request(
        asked.method,
        asked.url,
        params={**asked.query, "workspace": workspace},
        headers={"sec-fetch-site": "same-origin", **actor.headers},
        json=asked.body,
    )
    installation.client.cookies.clear()
    if asked.method.upper() != "GET" and answer.is_success:
        installation.restore()
    assert answer.status_code != 500, answer.text
    return outcome(answer.status_code, code_of(answer))


def code_of(answer: Any) -> str:
    kind = answer.headers.get("content-type", "")
    return answer.json().get("code", "") if kind.startswith("application/problem+json") else ""


def outcome(status: int, code: str) -> str:
    match status, code:
        case 401, "NOT_SIGNED_IN" | "BAD_TOKEN":
            return "nobody"
        case 403, "NOT_ALLOWED":
            return "forbidden"
        case 404, "UNKNOWN_WORKSPACE" | "NO_WORKSPACE":
            return "hidden"
        case _:
            return "passed"


def expected(route: Declared, actor: Actor, workspace: str) -> str:
    if not actor.headers:
        return "nobody"
    assert route.permission is not None
    if actor.permissions is None or workspace == OTHER:
        return "hidden"
    return "passed" if route.permission in actor.permissions else "forbidden"


def test_every_route_declares_what_it_asks_for_or_is_meant_for_everybody() -> None:
    assert undeclared(_app, public=PUBLIC) == []


def test_what_is_meant_for_everybody_exists() -> None:
    assert PUBLIC - everything(_app) == set()


def test_being_signed_in_is_enough_for_a_few_routes_on_purpose() -> None:
    assert {str(route) for route in ROUTES if route.permission is None} == SIGNED_IN_IS_ENOUGH


def test_a_route_that_declares_nothing_is_found() -> None:
    router = APIRouter(prefix="/api")

    @router.get("/forgotten")
    def forgotten() -> None:
        """Ask for nothing."""

    app = FastAPI(openapi_url=None)
    app.include_router(router, prefix="/v2")
    assert undeclared(app, public=set()) == ["GET /v2/api/forgotten"]
    assert undeclared(app, public={("GET", "/v2/api/forgotten")}) == []


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.permission is not None], ids=str
)
def test_a_route_answers_each_role_as_it_declares(
    installation: Installation, route: Declared
) -> None:
    asked = asked_of(route)
    wrong = []
    for workspace in (OWN, OTHER):
        for actor in installation.actors:
            if actor.name == "outsider" and workspace == OTHER:
                continue  # that is their own
            right = expected(route, actor, workspace)
            if right == "passed" and route.path in STREAMS:
                continue  # it would never end
            found = ask(installation, asked, actor, workspace)
            if found != right:
                wrong.append(f"{actor.name} in {workspace}: {found}, not {right}")
    assert wrong == []


@pytest.mark.parametrize("route", [route for route in ROUTES if route.permission is None], ids=str)
def test_a_route_for_whoever_is_signed_in_answers_nobody_else(
    installation: Installation, route: Declared
) -> None:
    asked = asked_of(route)
    for actor in installation.actors:
        found = ask(installation, asked, actor, OWN)
        assert (found == "nobody") == (not actor.headers), actor.name


@pytest.mark.parametrize("header", [{}, {"x-muster-workspace": OTHER}])
def test_the_header_opens_no_other_workspace_than_the_query_does(
    installation: Installation, header: dict[str, str]
) -> None:
    viewer = next(actor for actor in installation.actors if actor.name == Role.VIEWER)
    answer = installation.client.get("/api/settings", headers={**viewer.headers, **header})
    assert answer.status_code == (404 if header else 200)
