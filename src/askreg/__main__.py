"""`python -m askreg`."""

from askreg.cli import main

main()
