"""`python -m jobraker_cli` is `jobraker`."""

from jobraker_cli.cli import main

main()
