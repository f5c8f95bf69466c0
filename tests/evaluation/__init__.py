"""Questions over invented registries, with gold answers from a separate oracle."""
