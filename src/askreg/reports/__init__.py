"""Reports on the record: model cards, provenance summaries, exports. Facts in, documents out; no language models."""
