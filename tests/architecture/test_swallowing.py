"""No failure is hidden: in no module of the package, and the check finds each way to hide one."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.architecture.swallowing import faults

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "muster").rglob("*.py"))

ALLOWED: dict[tuple[str, str], str] = {
    ("muster/jobs/child_process.py", "except BrokenPipeError:"): (
        "the child is dead, and the thread that reads from it reports just that"
    ),
    ("muster/jobs/slot.py", "except queue.Empty:"): (
        "nothing came before the time was over, which is what waiting is for"
    ),
    ("muster/secret_key.py", "except FileExistsError:"): (
        "another process made the secret first, and its secret is the one to use"
    ),
    ("muster/services/running.py", "except (MusterError, OSError, MemoryError):"): (
        "the attempt has written the failure into the run and its log before it raised"
    ),
    ("muster/store/postgres_programs.py", "except KeyError:"): (
        "the next name is tried, and when none is known Unavailable is raised"
    ),
}
"""Module and text of the handler's first line, and why it may stay silent. Keep it short."""


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_no_exception_is_swallowed(path: Path) -> None:
    source = path.read_text()
    lines = source.splitlines()
    found = [
        f"{relative(path)}:{line}: {fault}"
        for line, fault in faults(source)
        if (relative(path), lines[line - 1].strip()) not in ALLOWED
    ]
    assert not found, "\n".join(found)


def test_every_exception_to_the_rule_is_still_needed_and_says_why() -> None:
    for (module, text), why in ALLOWED.items():
        assert len(why.split()) > 4, (module, text)
        source = (ROOT / module).read_text()
        lines = source.splitlines()
        assert text in [lines[line - 1].strip() for line, _ in faults(source)], (module, text)
    assert len(ALLOWED) <= 8


def handler(body: str, *, caught: str = "ValueError as error") -> str:
    text = "def f():\n    for item in items:\n        try:\n            g()\n"
    return (
        f"{text}        except {caught}:\n"
        + textwrap.indent(textwrap.dedent(body).strip(), " " * 12)
        + "\n"
    )


BAD = {
    "nothing": handler("pass"),
    "dots": handler("..."),
    "a docstring": handler('"""Never mind."""'),
    "continue": handler("continue"),
    "break": handler("break"),
    "bare return": handler("return"),
    "only looks at it": handler("if isinstance(error, KeyError):\n    pass"),
    "compares it": handler("if error == 1:\n    continue"),
    "cleans up and forgets": handler("close()"),
    "throws a value away": handler("_ = 1"),
    "defines what would tell": handler("def tell():\n    raise error"),
    "asks for its type": handler("if isinstance(error, KeyError):\n    close()"),
    "prints to nobody": handler("print('failed')"),
    "everything, with a default": handler("value = None", caught="Exception"),
    "everything, returned": handler("return None", caught="Exception"),
    "everything, bare": handler("return 1", caught=""),
    "everything, in a tuple": handler("return 1", caught="(KeyError, Exception)"),
    "everything of ours": handler("return 1", caught="MusterError"),
    "everything, qualified": handler("return 1", caught="builtins.Exception"),
    "a group": handler("pass").replace("except ", "except* "),
    "suppress everything": "from contextlib import suppress\nwith suppress(Exception):\n    g()\n",
    "suppress everything, qualified": "with contextlib.suppress(BaseException):  # we do not care\n"
    "    g()\n",
    "suppress with more": "with suppress(KeyError, Exception):  # why this is so\n    g()\n",
    "suppress without a reason": "with suppress(KeyError):\n    g()\n",
    "suppress with an empty reason": "with suppress(KeyError):  # noqa\n    g()\n",
    "suppress as an argument": "stack.enter_context(suppress(KeyError))\n",
}


@pytest.mark.parametrize("source", BAD.values(), ids=BAD)
def test_hiding_a_failure_is_found(source: str) -> None:
    assert len(faults(source)) == 1, source


GOOD = {
    "raises": handler("raise"),
    "raises another": handler("raise KeyError from error"),
    "raises sometimes": handler("if not error.args:\n    raise\nreturn 1"),
    "returns a value": handler("return False"),
    "returns None and says so": handler("return None"),
    "yields a finding": handler("yield Finding()"),
    "logs": handler("logger.warning('failed')\ncontinue"),
    "logs with an attribute": handler("self._logger.exception('failed')"),
    "records it": handler("problems.append(error)"),
    "records its sentence": handler("problems.append(str(error))"),
    "keeps it": handler("self.failure = error"),
    "asks it for an answer": handler("error.add_note('x')"),
    "decides a value": handler("found = None"),
    "does something else instead": handler("process.kill()", caught="TimeoutExpired"),
    "records what is missing": handler("missing.append(name)", caught="FileNotFoundError"),
    "counts": handler("failed += 1"),
    "everything, logged": handler("logger.exception('failed')", caught="Exception"),
    "everything, handed on": handler("future.set_exception(error)", caught="Exception as error"),
    "everything, raised": handler("undo()\nraise", caught="BaseException"),
    "suppress with a reason": "with suppress(KeyError):  # it may be gone already\n    g()\n",
    "suppress with a reason above": "# it may be gone already\nwith suppress(KeyError):\n    g()\n",
}


@pytest.mark.parametrize("source", GOOD.values(), ids=GOOD)
def test_telling_of_a_failure_is_fine(source: str) -> None:
    assert faults(source) == [], source
