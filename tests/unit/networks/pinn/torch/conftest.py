"""These tests import torch: they are collected only in a process that is theirs (see test_frameworks.py)."""

import os

collect_ignore_glob = [] if os.environ.get("PARITY_FRAMEWORK") == "torch" else ["test_*.py"]
