"""A worker killed with SIGKILL at random instants: nothing is lost, doubled, half done or left."""

from __future__ import annotations

import os

from muster.services.triggering import trigger
from tests.soak.killing import Killer, check_whole, every_run, is_drained, wait_until

KILLS = int(os.environ.get("MUSTER_KILLS", "6"))
ASKED = (None, ["mail_to_win_back"], ["viennese", "quiet"], ["spenders"])


def test_a_worker_killed_again_and_again_loses_and_doubles_nothing(installation, tmp_path) -> None:
    environment = {**installation.environment, "MUSTER_LEASE_SECONDS": "2"}
    killer = Killer(environment, [["worker"]], log=tmp_path / "worker.log")
    triggered: list[int] = []
    with installation.opened() as context:
        killer.start()
        try:
            for _ in range(KILLS):
                for asked in ASKED:
                    run, _ = trigger(context, asked)
                    triggered.append(int(run.id))
                killer.kill_at_work(context)
            wait_until(lambda: is_drained(context), what="all runs are over")
        finally:
            codes = killer.stop()
        assert killer.kills == KILLS
        assert codes == [0], killer.tail()
        check_whole(context, triggered)
        if KILLS >= 20:  # with fewer, each may have struck between two runs
            assert sum(run.crashes for run in every_run(context)) > 0
