"""Model cards: one store of fields, filled from the record; many profiles, which are data."""
