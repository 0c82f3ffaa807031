"""Simulated people at one order desk over HTTP: each looks at an order, thinks, and sends an edit.

They share few orders, so that they get in each other's way. What each was told is kept.
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.soak.killing import MAIN, wait_until

_TRIES = 200
_STEPS = {
    "pending": ("confirmed", "on_hold"),
    "confirmed": ("processing", "on_hold"),
    "processing": ("on_hold", "shipped"),
    "shipped": ("delivered",),
    "delivered": ("returned",),
}


@dataclass
class Told:
    """What all editors were told.

    Attributes:
        accepted: changeset -> the cells that were sent with it; None of an undo.
        answers: how many of each status.
        wrong: answers that nobody should get.
    """

    accepted: dict[int, list[dict[str, Any]] | None] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    conflicts: int = 0
    skipped: int = 0
    retried: int = 0
    unheard: int = 0
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


@contextmanager
def serving(environment: dict[str, str], log: Path) -> Iterator[str]:
    """Run a server in a process of its own; yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", MAIN, "serve", "--port", str(port), "--workers", "0"]
    with log.open("ab") as said:
        process = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.poll() is None, log.read_text(errors="replace")[-3000:]
        try:
            return httpx.get(f"{address}/healthz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    try:
        wait_until(answers, what="the server answers")
        yield address
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def edit_together(
    address: str, *, editors: int, seconds: float, orders: list[int], seed: int
) -> Told:
    """Let so many people edit these orders for a while; return what they were told."""
    return asyncio.run(_together(address, editors, seconds, orders, seed))


async def _together(
    address: str, editors: int, seconds: float, orders: list[int], seed: int
) -> Told:
    told = Told()
    limits = httpx.Limits(max_connections=editors, max_keepalive_connections=editors)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=120) as client:
        ends = time.monotonic() + seconds
        people = [
            _Editor(client, told, orders, random.Random(seed * 10_000 + number))
            for number in range(editors)
        ]
        await asyncio.gather(*(one.work(ends) for one in people))
    return told


class _Editor:
    """One person."""

    def __init__(
        self, client: httpx.AsyncClient, told: Told, orders: list[int], chance: random.Random
    ) -> None:
        self._client = client
        self._told = told
        self._orders = orders
        self._chance = chance
        self._last: int | None = None

    async def work(self, ends: float) -> None:
        """Edit until the time is over."""
        await asyncio.sleep(self._chance.random() * 0.2)
        while time.monotonic() < ends:
            if self._last is not None and self._chance.random() < 0.08:
                await self._undo(self._last)
                self._last = None
            else:
                await self._edit()

    async def _edit(self) -> None:
        order_id = self._chance.choice(self._orders)
        seen = (await self._asked("GET", f"/api/orders/{order_id}")).json()
        await asyncio.sleep(self._chance.random() * 0.05)  # think
        cells = self._wanted(seen)
        body = {"op_id": str(uuid4()), "cells": cells}
        answer = await self._asked("POST", "/api/orders/changes", body)
        found = answer.json()
        if answer.status_code == 200:
            if found["changeset_id"] is not None:
                self._told.accepted[found["changeset_id"]] = cells
                self._last = found["changeset_id"]
        elif answer.status_code == 409 and found["code"] == "CELLS_CHANGED":
            self._told.conflicts += len(found["conflicts"])
            self._check_conflicts(cells, found["conflicts"])
        elif not (answer.status_code == 422 and found["code"] == "BAD_CELLS"):
            self._told.wrong.append(answer.text[:500])

    async def _undo(self, changeset_id: int) -> None:
        body = {"op_id": str(uuid4()), "changeset_id": changeset_id}
        answer = await self._asked("POST", "/api/orders/undo", body)
        if answer.status_code != 200:
            self._told.wrong.append(answer.text[:500])
            return
        found = answer.json()
        self._told.accepted[found["changeset_id"]] = None
        self._told.skipped += len(found["skipped"])

    def _wanted(self, seen: dict[str, Any]) -> list[dict[str, Any]]:
        """Return one or two cells with what they hold as base."""
        order, (line, *_) = seen["order"], seen["items"]
        key = str(order["order_id"])
        words = [None, *"abcdefgh"]
        cells = [
            _cell("order", key, "note", order["note"], self._chance.choice(words)),
            _cell("order", key, "coupon", order["coupon"], self._chance.choice(words)),
            _cell(
                "item",
                f"{key}/{line['line_no']}",
                "quantity",
                line["quantity"],
                self._chance.randint(1, 9),
            ),
        ]
        if self._chance.random() < 0.2:
            steps = _STEPS.get(order["status"], ())
            if order["status"] == "on_hold":
                steps = (order["held_from"],)
            if steps:
                status = order["status"]
                return [_cell("order", key, "status", status, self._chance.choice(steps))]
        if seen["customer"] is not None:
            customer = seen["customer"]
            cells.append(
                _cell(
                    "customer",
                    customer["customer_id"],
                    "name",
                    customer["name"],
                    f"Name {self._chance.randint(1, 9)}",
                )
            )
        return self._chance.sample(cells, self._chance.randint(1, 2))

    def _check_conflicts(
        self, cells: list[dict[str, Any]], conflicts: list[dict[str, Any]]
    ) -> None:
        sent = {(one["entity"], one["key"], one["field"]): one for one in cells}
        for one in conflicts:
            mine = sent[(one["entity"], one["key"], one["field"])]
            same = (one["base"], one["mine"]) == (mine["base"], mine["value"])
            if not same or one["theirs"] in (one["base"], one["mine"]):
                self._told.wrong.append(f"a conflict that is none: {one}")

    async def _asked(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Ask until an answer comes that is not "busy, try again", the same each time."""
        for number in range(_TRIES):
            began = time.monotonic()
            try:
                answer = await self._client.request(method, path, json=body)
            except httpx.TransportError:  # whether it was done, the same op_id tells
                self._told.unheard += 1
                continue
            self._told.seconds.append(time.monotonic() - began)
            self._told.answers[
                f"{path.split('/')[-1] if body else 'read'} {answer.status_code}"
            ] += 1
            if answer.status_code != 503:
                if answer.status_code >= 500:
                    self._told.wrong.append(answer.text[:500])
                return answer
            self._told.retried += 1
            await asyncio.sleep(min(2.0, 0.05 * 2**number) * self._chance.random())
        raise AssertionError(f"busy for ever: {path}")


def _cell(entity: str, key: str, name: str, base: Any, value: Any) -> dict[str, Any]:
    return {"entity": entity, "key": key, "field": name, "base": base, "value": value}
