"""How fast askreg is, against stated targets: `python -m benchmarks`, or `make bench`. Never a test."""
