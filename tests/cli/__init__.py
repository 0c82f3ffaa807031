"""Tests of the command line: in-process, against a real database and a small workspace."""
