"""Muster: an audience platform. Rules become segments, exactly, on your own tables."""

__all__ = ["__version__"]

__version__ = "0.1.0"
