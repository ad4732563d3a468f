"""`python -m harness VERB`: as `ptycho-parity VERB`, which works beside a folder called `harness`, too."""

from harness.cli.app import main

main()
