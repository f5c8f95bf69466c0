"""The agent: questions in plain words, answered from the record."""
