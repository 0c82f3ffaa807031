"""``python -m bench.web``: the live count as a person sees it; writes a section of RESULTS.md.

A real browser edits numbers of saved rules in the builder. What is measured, by the page's own
clock: from the last keystroke to the moment when the settled number is on the screen.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Locator, Page, Request, sync_playwright

from bench.api import serving
from bench.data import SIZES, Scale
from bench.machine import busy_seconds, this_machine
from bench.measured import quantile
from bench.places import data_folder
from bench.sections import put_section
from bench.web_workspace import NAME, prepare_workspace

RESULTS = Path(__file__).with_name("RESULTS.md")
SECTION = Path(__file__).with_name("web.md")
TARGET_MILLISECONDS = 400
EDITS = 120
_SEED = 20_260_101
_CHECKED_EVERY = 10
_PATIENCE_MILLISECONDS = 30_000
_BETWEEN_KEYS_MILLISECONDS = 60
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")
_NUMBERS = ", ".join(
    f'[data-kind="{kind}"] input[inputmode="{mode}"]'
    for kind in ("attribute", "metric", "did")
    for mode in ("decimal", "numeric")
)
_MARKS = """
window.marks = { input: 0, busy: false, settled: 0 };
document.addEventListener('input', () => {
  Object.assign(window.marks, { input: performance.now(), busy: false, settled: 0 });
}, true);
new MutationObserver(() => {
  const size = document.querySelector('[data-testid="live-size"]');
  if (size === null || window.marks.input === 0 || window.marks.settled) return;
  if (size.getAttribute('aria-busy') === 'true') window.marks.busy = true;
  else if (window.marks.busy) {
    // The number is in the page; on the screen it is with the next frame.
    const { input } = window.marks;
    requestAnimationFrame(() => {
      if (window.marks.input === input) window.marks.settled = performance.now();
    });
  }
}).observe(document, { subtree: true, attributes: true, childList: true, characterData: true });
"""


@dataclass(slots=True)
class Found:
    """What was measured.

    Attributes:
        milliseconds: of each edit, by rule.
        of_server: of each edit, how long the request for the number took.
        checked: how many numbers were compared with an exact count; all were equal.
    """

    milliseconds: dict[str, list[float]] = field(default_factory=dict)
    of_server: list[float] = field(default_factory=list)
    checked: int = 0
    others: float = 0.0

    @property
    def all(self) -> list[float]:
        """Every edit's milliseconds, ascending."""
        return sorted(each for found in self.milliseconds.values() for each in found)


def main(arguments: list[str] | None = None) -> int:
    """Measure and write; 1 if a number was wrong or did not come."""
    options = _parser().parse_args(arguments)
    scale = SIZES["smoke" if options.smoke else options.size]
    edits = 10 if options.smoke else options.edits
    folder = data_folder() / f"web-{scale.entities}-{scale.events}"
    if options.smoke:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    rules = prepare_workspace(scale, folder, data_folder())
    with serving(folder) as port, _window(f"http://127.0.0.1:{port}") as page:
        found = measure(page, rules, edits=edits)
    text = section(scale, found)
    print(text)
    if not options.smoke:
        _write(text)
        print(f"wrote {RESULTS}")
    return 0


def measure(page: Page, rules: dict[str, int], *, edits: int) -> Found:
    """Edit numbers of the rules in turn, so many times, and take the time of each."""
    found = Found()
    draw = random.Random(_SEED)
    last: list[Request] = []
    page.on("requestfinished", lambda request: _is_count(request) and last.append(request))
    before, began = busy_seconds(), datetime.now(UTC)
    for place, (name, number) in enumerate(rules.items()):
        # What the last run typed is kept as a draft, which the page would offer first.
        page.request.delete(f"/api/kept/draft:rule:{number}?workspace={NAME}")
        page.goto(f"/rules/edit/{number}?workspace={NAME}")
        page.locator('[data-testid="live-size"][aria-busy="false"][data-size]').wait_for()
        fields = page.locator(_NUMBERS)
        fields.first.wait_for()
        _edit(page, fields.first, draw)  # warms up: code that is loaded with the first edit
        share = edits // len(rules) + (place < edits % len(rules))
        for turn in range(share):
            last.clear()
            taken = _edit(page, fields.nth(turn % fields.count()), draw)
            found.milliseconds.setdefault(name, []).append(taken)
            found.of_server += [request.timing["responseEnd"] for request in last[:1]]
            if turn % _CHECKED_EVERY == 0:
                _check(page, last)
                found.checked += 1
    after, seconds = busy_seconds(), (datetime.now(UTC) - began).total_seconds()
    if before is not None and after is not None:
        found.others = (after - before) / seconds
    return found


def _edit(page: Page, number: Locator, draw: random.Random) -> float:
    """Type another number as a person does; return milliseconds from the last key to the size."""
    text = re.sub(r"[^0-9]", "", number.input_value()) or "1"
    wanted = int(text)
    while wanted == int(text):
        wanted = max(1, round(int(text) * draw.uniform(0.6, 1.5)) + draw.randint(-2, 2))
    number.click()
    number.press("Control+a")
    page.keyboard.type(str(wanted), delay=_BETWEEN_KEYS_MILLISECONDS)
    page.wait_for_function("() => marks.settled > 0", timeout=_PATIENCE_MILLISECONDS)
    taken = page.evaluate("() => marks.settled - marks.input")
    page.wait_for_timeout(draw.uniform(150, 450))  # they look at it
    return float(taken)


def _check(page: Page, asked: list[Request]) -> None:
    """Compare the number on the screen with an exact count of the very rule that was asked."""
    shown = page.locator('[data-testid="live-size"]').get_attribute("data-size")
    body = asked[-1].post_data_json
    counted = page.request.post(
        f"/api/count?workspace={NAME}", data={"rule": body["rule"]}, timeout=60_000
    )
    exact = counted.json()["size"]
    if str(exact) != shown:
        raise AssertionError(f"the page shows {shown}, exact is {exact}: {body['rule']}")


def _is_count(request: Request) -> bool:
    """Whether a request asks for the exact size; those for samples and curves are others."""
    return request.url.endswith("/api/live") and ':size"' in (request.post_data or "")


def section(scale: Scale, found: Found) -> str:
    """Return the section of RESULTS.md."""
    times = found.all
    figures = " | ".join(f"{quantile(times, share):.0f}" for share in (0.5, 0.95, 1.0))
    of_server = sorted(found.of_server)
    own = " | ".join(f"{quantile(of_server, share):.0f}" for share in (0.5, 0.95, 1.0))
    met = "met" if quantile(times, 0.95) < TARGET_MILLISECONDS else "MISSED"
    lines = [
        "## In the browser\n",
        f"- {datetime.now(UTC):%Y-%m-%d}, {scale.entities:,} users, {scale.events:,} transactions "
        f"and {scale.impressions:,} advertisements; server, database and Chromium on the same "
        f"{this_machine().cores} cores, all processes together used {found.others:.2f} of them.",
        f"- {len(times)} edits of a number in {len(found.milliseconds)} saved rules that are open "
        "in the builder, typed key by key. From the last keystroke to the settled number on the "
        "screen, the wait for further keys (250 ms) included.",
        f"- {found.checked} of the numbers were compared with `POST /api/count`: all equal.\n",
        "| live count | p50 ms | p95 ms | slowest ms |",
        "| --- | ---: | ---: | ---: |",
        f"| last keystroke to settled number | {figures} |",
        f"| of it the request | {own} |",
    ]
    for name, each in found.milliseconds.items():
        values = " | ".join(f"{quantile(sorted(each), share):.0f}" for share in (0.5, 0.95, 1.0))
        lines.append(f"| rule `{name}`, {len(each)} edits | {values} |")
    lines.append(
        f"\nAim: a 95th percentile below {TARGET_MILLISECONDS} ms: {met} "
        f"({quantile(times, 0.95):.0f} ms).\n"
    )
    return "\n".join(lines)


def _write(text: str) -> None:
    """Keep the section, and put it into RESULTS.md in the place of the last one."""
    put_section(RESULTS, SECTION, text)


@contextmanager
def _window(url: str) -> Iterator[Page]:
    """Open a browser's window on the server."""
    path = os.environ.get("CHROMIUM_PATH") or shutil.which("chromium")
    if path is None:
        raise SystemExit("no Chromium: run scripts/browser, or set CHROMIUM_PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        context = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900})
        context.set_default_timeout(_PATIENCE_MILLISECONDS)
        context.add_init_script(_MARKS)
        yield context.new_page()
        browser.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.web", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="small data, few edits, no report")
    parser.add_argument("--size", choices=tuple(SIZES), default="1m")
    parser.add_argument("--edits", type=int, default=EDITS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
