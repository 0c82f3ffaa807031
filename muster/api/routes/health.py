"""Is the process alive?"""

from __future__ import annotations

from fastapi import APIRouter

import muster
from muster.api.schemas.workspace import Health

router = APIRouter(tags=["health"])


@router.get("/healthz")
def healthz() -> Health:
    """Say that the process answers."""
    return Health(status="ok", version=muster.__version__)
