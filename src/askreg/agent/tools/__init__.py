"""The agent's tools: typed reads of the record that return text, facts and how complete they are."""
