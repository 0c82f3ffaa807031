"""How long an interactive question may take; it also ends when who asked has gone away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from muster.api.deps import SettingsDep
from muster.services.patience import Patience

_LOOK_SECONDS = 0.25


async def _patience(request: Request, settings: SettingsDep) -> AsyncIterator[Patience]:
    """Yield the patience of one request; the body has been read by then."""
    patience = Patience(settings.count_timeout_seconds)

    async def watch() -> None:
        while not await request.is_disconnected():
            await asyncio.sleep(_LOOK_SECONDS)
        patience.gone.set()

    watcher = asyncio.create_task(watch())
    try:
        yield patience
    finally:
        watcher.cancel()


PatienceDep = Annotated[Patience, Depends(_patience)]
