"""The small workspace, and workers on it."""

from __future__ import annotations

from tests.jobs.conftest import settings, start_worker  # noqa: F401
from tests.services.conftest import (  # noqa: F401
    context,
    installation,
    small_files,
    template,
)
