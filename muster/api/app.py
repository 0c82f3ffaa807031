"""The HTTP application: routes, errors, and the resources that live as long as it does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

import muster
from muster.api import errors
from muster.api.routes import health, home, segments, workspaces
from muster.settings import Settings
from muster.wiring import open_resources

DESCRIPTION = "Rules become segments, exactly, on your own tables."


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the application; it opens the database when it starts and closes it when it stops."""
    chosen = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with open_resources(chosen, application_name="muster-serve") as resources:
            app.state.resources = resources
            app.state.settings = chosen
            yield

    # The pages under /docs bring their scripts along: no network is needed.
    app: FastAPI = FastAPIOffline(
        title="Muster", version=muster.__version__, description=DESCRIPTION, lifespan=lifespan
    )
    errors.install(app)
    for module in (health, workspaces, segments, home):
        app.include_router(module.router)
    return app
