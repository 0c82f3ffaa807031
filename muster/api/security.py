"""Everything that stands between the network and the routes, in its order.

Pure ASGI: answers stream through. CORS is off: no other site may read anything.
"""

from __future__ import annotations

import os

from fastapi import FastAPI

from muster.api.body_limit import BodyLimit
from muster.api.gate import Gate
from muster.api.security_headers import SecurityHeaders
from muster.api.sign_in_setup import gate_rules, is_https
from muster.api.uploads import UPLOAD_BYTES, UPLOADS
from muster.settings import Settings
from muster.sign_in_settings import check_sign_in


def install(app: FastAPI, settings: Settings) -> None:
    """Guard an application.

    Raises:
        InvalidInput: BAD_SETTINGS, the settings would let anybody in, or nobody.
    """
    check_sign_in(settings, host=settings.host, environment=os.environ)
    # the one added last meets a request first
    limit_bytes = round(settings.body_limit_mb * 1_000_000)
    app.add_middleware(
        BodyLimit, limit_bytes=limit_bytes, files=dict.fromkeys(UPLOADS, UPLOAD_BYTES)
    )
    app.add_middleware(Gate, rules=gate_rules(settings))
    app.add_middleware(SecurityHeaders, https=is_https(settings))
