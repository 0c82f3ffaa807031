"""Tests of the use cases, against a real database and a small workspace."""
