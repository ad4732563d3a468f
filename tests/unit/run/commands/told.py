"""A command that says what it was told."""

import os
import sys

print(*sys.argv[1:4])
print(os.environ["PYTHONPATH"], os.environ["FIRST"])
