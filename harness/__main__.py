"""`python -m harness VERB`: the same as the console script `ptycho-parity`."""

from harness.cli.app import main

main()
