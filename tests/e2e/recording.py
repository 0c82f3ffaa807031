"""Records a window as a film: the browser's own frames, put together by Debian's ffmpeg.

Playwright's ``record_video`` needs an ffmpeg of its own that not every machine may download.
"""

from __future__ import annotations

import base64
import shutil
import subprocess
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Locator, Page

_FRAMES_PER_SECOND = 12
_LAST_FRAME_SECONDS = 1.5
_QUALITY = 34  # of VP9: 0 is lossless, 63 the worst
_OVERLAY = """
(() => {
  const draw = () => {
    if (document.getElementById('film')) return;
    const layer = document.createElement('div');
    layer.id = 'film';
    layer.setAttribute('aria-hidden', 'true');
    layer.style.cssText = 'position:fixed;inset:0;z-index:99999;pointer-events:none';
    layer.innerHTML = '<p></p><i></i>';
    const [words, pointer] = layer.children;
    words.style.cssText = 'position:absolute;left:50%;bottom:28px;transform:translateX(-50%);'
      + 'margin:0;padding:12px 22px;border-radius:10px;background:#000d;color:#fff;'
      + 'font:600 20px Inter,system-ui,sans-serif;border:1px solid #555;opacity:0;'
      + 'transition:opacity .25s;white-space:nowrap';
    pointer.style.cssText = 'position:absolute;width:18px;height:18px;margin:-9px 0 0 -9px;'
      + 'border-radius:50%;background:#ffffff80;border:2px solid #e50914;left:-40px;top:-40px';
    document.documentElement.append(layer);
    document.addEventListener('mousemove', (event) => {
      pointer.style.left = `${event.clientX}px`;
      pointer.style.top = `${event.clientY}px`;
    }, true);
  };
  document.addEventListener('DOMContentLoaded', draw);
})();
"""
_SAY = """(text) => {
  const words = document.querySelector('#film p');
  if (words === null) return;
  if (text) words.textContent = text;
  words.style.opacity = text ? 1 : 0;
}"""


@dataclass
class Film:
    """What is seen of one page, with words under it and a pointer one can follow."""

    page: Page
    folder: Path
    _times: list[float] = field(default_factory=list)
    _session: CDPSession | None = None

    def start(self) -> None:
        """Begin; the page is not open yet."""
        self.page.add_init_script(_OVERLAY)
        session = self._session = self.page.context.new_cdp_session(self.page)
        session.on("Page.screencastFrame", self._keep)
        session.send("Page.startScreencast", {"format": "jpeg", "quality": 90})

    def say(self, text: str, *, seconds: float = 2.5) -> None:
        """Show words for as long as it takes to read them, or until the next ones."""
        self.page.evaluate(_SAY, text)
        self.page.wait_for_timeout(seconds * 1000)

    def point(self, target: Locator, *, seconds: float = 0.4) -> Locator:
        """Move the pointer to something, slowly enough to follow."""
        target.scroll_into_view_if_needed()
        box = target.bounding_box()
        assert box is not None
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(*middle, steps=12)
        self.page.wait_for_timeout(seconds * 1000)
        return target

    def click(self, target: Locator, *, seconds: float = 0.7) -> None:
        """Point at something, click it, and look at what happens."""
        self.point(target).click()
        self.page.wait_for_timeout(seconds * 1000)

    def write(self, target: Locator, text: str, *, seconds: float = 0.7) -> None:
        """Write text as a person does."""
        self.click(target, seconds=0.2)
        self.page.keyboard.type(text, delay=70)
        self.page.wait_for_timeout(seconds * 1000)

    def finish(self, output: Path) -> float:
        """Write the film; return how many seconds it has."""
        assert self._session is not None
        self._session.send("Page.stopScreencast")
        lengths = [later - earlier for earlier, later in pairwise(self._times)]
        listed = [
            f"file '{self._frame(place)}'\nduration {length:.4f}\n"
            for place, length in enumerate([*lengths, _LAST_FRAME_SECONDS])
        ]
        script = self.folder / "frames.txt"
        script.write_text("".join([*listed, f"file '{self._frame(len(lengths))}'\n"]))
        output.parent.mkdir(parents=True, exist_ok=True)
        _encode(script, output)
        return sum(lengths) + _LAST_FRAME_SECONDS

    def _keep(self, event: dict[str, Any]) -> None:
        assert self._session is not None
        self._session.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})
        self._frame(len(self._times)).write_bytes(base64.b64decode(event["data"]))
        self._times.append(float(event["metadata"]["timestamp"]))

    def _frame(self, place: int) -> Path:
        return self.folder / f"{place:05d}.jpg"


def _encode(frames: Path, output: Path) -> None:
    program = shutil.which("ffmpeg")
    if program is None:
        pytest.fail("the film needs ffmpeg: install Debian's package ffmpeg", pytrace=False)
    given = ["-y", "-loglevel", "error", "-f", "concat", "-safe", "0", "-i", str(frames)]
    picture = ["-vf", f"fps={_FRAMES_PER_SECOND},format=yuv420p"]
    kind = ["-c:v", "libvpx-vp9", "-crf", str(_QUALITY), "-b:v", "0"]
    speed = ["-row-mt", "1", "-deadline", "good", "-cpu-used", "4"]
    subprocess.run([program, *given, *picture, *kind, *speed, str(output)], check=True)
