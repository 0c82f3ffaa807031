"""Warehouses: connect, run, load, classify failures."""
