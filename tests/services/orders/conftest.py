"""The order desk for tests of its use cases."""

from __future__ import annotations

from tests.orders_shop import (  # noqa: F401
    desk_connection,
    desk_context,
    desk_installation,
    desk_shared,
    desk_template,
)
