"""Provenance: the auditor's summary of a version, its exports, and a pack that proves itself."""
