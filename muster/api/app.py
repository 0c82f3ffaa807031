"""The HTTP application: routes, errors, and the resources that live as long as it does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

import muster
from muster.api import errors, openapi, request_log, security
from muster.api.metrics import Metrics
from muster.api.routes import (
    analytics,
    approvals,
    audit,
    builder,
    channels,
    compare,
    data_models,
    health,
    home_figures,
    index,
    invitation_page,
    kept,
    live,
    members,
    notifications,
    oidc,
    orders_analytics,
    orders_bulk,
    orders_changes,
    orders_export,
    orders_history,
    orders_import,
    orders_live,
    orders_read,
    orders_views,
    overlap,
    people,
    profile,
    reuse,
    rule_labels,
    rule_life,
    rule_text,
    rules,
    runs,
    schedules,
    segments,
    session,
    sign_in_page,
    size_history,
    sources,
    tokens,
    values,
    web,
    workspace_settings,
    workspaces,
)
from muster.api.sign_in_setup import set_up
from muster.api.stopping import streams_end_first
from muster.services.health import Prober
from muster.services.orders.watching import OrderFeed
from muster.services.run_feed import RunFeed
from muster.settings import Settings
from muster.tracing import tracing
from muster.wiring import open_resources, working

DESCRIPTION = "Rules become segments, exactly, on your own tables."


def served() -> FastAPI:
    """Return the application as `muster serve` runs it: with the workers of the settings."""
    settings = Settings()
    return create_app(settings, workers=settings.workers)


def create_app(settings: Settings | None = None, *, workers: int = 0) -> FastAPI:
    """Return the application; it opens the database when it starts and closes it when it stops.

    Args:
        workers: runs it executes at once; 0: runs and schedules are other processes' business.
    """
    chosen = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with (
            tracing(chosen.otlp_endpoint, service="muster-serve"),
            open_resources(chosen, application_name="muster-serve") as resources,
            closing(RunFeed(resources.database)) as feed,
            closing(OrderFeed(resources.database, resources.orders_schema)) as order_feed,
            streams_end_first(feed, order_feed),
        ):
            app.state.resources = resources
            app.state.settings = chosen
            app.state.sign_in = set_up(chosen, resources)
            app.state.prober = Prober(resources)
            app.state.run_feed = feed
            app.state.order_feed = order_feed
            with working(chosen, resources, slots=workers):
                yield

    # The pages under /docs bring their scripts along: no network is needed.
    app: FastAPI = FastAPIOffline(
        title="Muster", version=muster.__version__, description=DESCRIPTION, lifespan=lifespan
    )
    app.state.metrics = Metrics()
    errors.install(app)
    openapi.install(app)
    request_log.install(app, app.state.metrics)  # before other middleware: see there
    security.install(app, chosen)
    # what is asked most comes first: routes are tried in this order
    for module in (rules, segments, rule_life, approvals):
        app.include_router(module.router)
    for module in (runs, schedules, session, oidc, sign_in_page, invitation_page):
        app.include_router(module.router)
    for module in (orders_read, orders_views, orders_export, orders_import):
        app.include_router(module.router)
    app.include_router(orders_live.router)  # before paths with an order's number in them
    for module in (orders_history, orders_bulk, orders_changes):
        app.include_router(module.router)
    for module in (audit, channels, notifications, health, workspaces):
        app.include_router(module.router)
    for module in (
        members,
        compare,
        overlap,
        size_history,
        analytics,
        orders_analytics,
        builder,
        reuse,
        live,
        index,
        data_models,
        values,
        rule_labels,
        profile,
        sources,
        home_figures,
    ):
        app.include_router(module.router)
    for module in (people, tokens, workspace_settings, kept, rule_text):
        app.include_router(module.router)
    app.include_router(orders_read.one_order)  # after all other paths of orders
    app.state.web_folder = web.FOLDER
    app.include_router(web.router)
    return app
