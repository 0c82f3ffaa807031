"""The child process of a worker (`python -m muster.cli.child`); see `jobs/child.py`."""

from __future__ import annotations

from muster.jobs.child import serve
from muster.wiring import open_child_resources


def main() -> None:
    """Serve the worker at the other end of the pipes."""
    serve(open_child_resources)


if __name__ == "__main__":
    main()
