"""The record: what is kept, how it changes, and how it is read. Never prints, never reads the environment."""
