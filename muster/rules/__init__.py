"""The audience language: read it, say it, compare it, evaluate it by the book."""
