"""A real SMTP server on this machine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


class Handler:
    """Keeps what arrives; refuses recipients by the code their name holds."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.data_answer = "250 taken"

    async def handle_RCPT(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("code"):
            return f"{address[4:7]} not you"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        if self.data_answer.startswith("250"):
            self.taken.append(envelope)
        return self.data_answer


@contextmanager
def smtp(*, implicit_tls: Any = None, **options: Any) -> Iterator[tuple[Handler, int]]:
    """Run an SMTP server in a thread with a loop of its own."""
    handler = Handler()
    loop = asyncio.new_event_loop()

    async def start() -> asyncio.Server:
        return await loop.create_server(
            lambda: SMTP(handler, loop=loop, hostname="localhost", **options),
            "127.0.0.1",
            0,
            ssl=implicit_tls,
        )

    server = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def stop() -> None:
        server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0.05)  # transports say goodbye

    try:
        yield handler, server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
