"""Programs that measure the agent: what it gets right, and what it lets through."""
