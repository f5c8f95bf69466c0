"""The guard: what decides before anything leaves the process."""
