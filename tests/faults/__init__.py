"""Faults of everything Muster stands on: each is made to happen, and each ends in a clear state."""
