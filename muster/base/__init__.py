"""Plain data that every layer shares; standard library only."""
