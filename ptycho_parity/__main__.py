"""`python -m ptycho_parity VERB`: the same as `python -m harness VERB`, also where a folder is called `harness`."""

from harness.cli.app import main

if __name__ == "__main__":
    main()
