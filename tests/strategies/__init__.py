"""Hypothesis strategies: data models, rows and rules over the whole rule language."""
