"""Schedules and runs: the tick, the worker, the child process that computes."""
