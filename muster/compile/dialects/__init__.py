"""What each warehouse says differently; the rest of the compiler is the same for all."""
