"""The child process of a worker (`python -m muster.cli.child`); see `jobs/child.py`."""

from __future__ import annotations

import logging
import sys

from muster.base.errors import MusterError
from muster.jobs.child import serve
from muster.wiring import open_child_resources

_CANNOT_NOW = 3


def main() -> None:
    """Serve the worker at the other end of the pipes."""
    try:
        serve(open_child_resources)
    except MusterError as error:
        logging.getLogger("muster.jobs").warning("%s [%s]", error.sentence, error.code)
        sys.exit(_CANNOT_NOW)


if __name__ == "__main__":
    main()
