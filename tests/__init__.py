"""Tests of Muster, laid out like the package."""
