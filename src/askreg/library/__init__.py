"""What makes text comparable, and (with the document index) retrievable."""
