"""A session of its own for the tests of interruption: `session.py FOLDER HUB BACKEND BACKEND LEG...`."""

import os
import sys
from pathlib import Path


def main(folder: str, hub: str, first: str, second: str, *legs: str) -> None:
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[4])]
    from conftest import ignore, make_case, make_options
    from harness.run.run_case import run_case

    executor = os.environ.get("TOY_EXECUTOR", "local")
    options = make_options(Path(folder) / "store", first, second, executor=executor)
    run_case(make_case(Path(folder)), legs, options, Path(hub), ignore)


if __name__ == "__main__":
    main(*sys.argv[1:])
