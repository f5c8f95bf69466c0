"""Scorers: each reads one answer, or one column of answers, and needs no model to judge it."""
