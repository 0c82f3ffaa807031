"""A load generator small enough not to be what is measured: keep-alive HTTP/1.1 over asyncio.

Two ways to ask: *closed*, each client sends its next request the moment it has the answer (the
server is saturated: this tells its throughput), and *paced*, the clients together send at a fixed
rate below that (this tells what people would wait).
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Ask:
    """One request."""

    method: str
    path: str
    body: Any = None

    def to_bytes(self, host: str) -> bytes:
        """Return the request as sent."""
        content = b"" if self.body is None else json.dumps(self.body).encode()
        lines = [
            f"{self.method} {self.path} HTTP/1.1",
            f"Host: {host}",
            "Accept: application/json",
            f"Content-Length: {len(content)}",
        ]
        if content:
            lines.append("Content-Type: application/json")
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + content


@dataclass(frozen=True, slots=True)
class Load:
    """What a phase came to; latencies in seconds, in the order of arrival."""

    seconds: float
    latencies: tuple[float, ...]
    statuses: tuple[int, ...]

    @property
    def per_second(self) -> float:
        """Return answered requests per second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Return the latency that this share of the requests did not exceed, in seconds."""
        if not self.latencies:
            return float("nan")
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    @property
    def failures(self) -> int:
        """Return how many were answered with an error."""
        return sum(status >= 400 for status in self.statuses)


def measure(
    port: int,
    ask: Callable[[int], Ask],
    *,
    clients: int,
    seconds: float,
    per_second: float | None = None,
) -> Load:
    """Send requests for a while and return how long each took.

    Args:
        ask: gives the n-th request.
        per_second: None: closed; else the rate of all clients together.
    """
    return asyncio.run(_measure(port, ask, clients, seconds, per_second))


async def _measure(
    port: int, ask: Callable[[int], Ask], clients: int, seconds: float, per_second: float | None
) -> Load:
    numbers = iter(range(1_000_000_000))
    found: list[tuple[float, int]] = []
    start = time.perf_counter()

    async def client(place: int) -> None:
        connection = _Connection(port)
        pause = 0.0 if per_second is None else clients / per_second
        due = start + pause * place / clients
        while True:
            sent = due if pause else time.perf_counter()
            if sent - start >= seconds:
                break
            if pause:
                # a late client has waited since it was due: that counts
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                due += pause
            status = await connection.ask(ask(next(numbers)))
            found.append((time.perf_counter() - sent, status))
        await connection.close()

    async with asyncio.TaskGroup() as group:
        for place in range(clients):
            group.create_task(client(place))
    took = time.perf_counter() - start
    return Load(took, tuple(item[0] for item in found), tuple(item[1] for item in found))


class _Connection:
    """One client's connection; made anew when the server has closed it, idle for too long."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, wanted: Ask) -> int:
        """Send a request and return the status of the answer."""
        content = wanted.to_bytes(f"127.0.0.1:{self._port}")
        if self._streams is not None:
            reader, writer = self._streams
            try:
                writer.write(content)
                return await _answer(reader)
            except (ConnectionError, asyncio.IncompleteReadError):
                await self.close()
        reader, writer = self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(content)
        return await _answer(reader)

    async def close(self) -> None:
        """Close it, whatever the server has made of it."""
        if self._streams is None:
            return
        _, writer = self._streams
        self._streams = None
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


async def _answer(reader: asyncio.StreamReader) -> int:
    """Read one answer to its end and return its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    length, chunked = 0, False
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        if name.lower() == b"transfer-encoding":
            chunked = b"chunked" in value
    if chunked:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    elif length:
        await reader.readexactly(length)
    return int(lines[0].split(b" ")[1])
