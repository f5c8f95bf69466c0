"""The offline brain: what it understands, and what it does not pretend to."""
