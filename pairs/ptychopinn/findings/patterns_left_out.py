"""TensorFlow's inference at gridsize 2 asks for a quarter as many groups as there are patterns, of four neighbours."""

import contextlib
import sys
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import scripts.inference.inference as command
from doors import patterns, told
from ptycho import params

file, model, asked = patterns(), tempfile.mkdtemp(), {}
Path(model, "wts.h5.zip").touch()


def loaded(*_: object) -> tuple[None, dict[str, Any]]:
    """In place of a bundle that a training at gridsize 2 has written."""
    params.cfg.update(gridsize=2, N=64, intensity_scale=1.0)
    return None, params.cfg


def infer(_: object, data: Any, __: object, **options: int) -> tuple[np.ndarray, np.ndarray, None, None]:
    """Group as the command asks, and say which patterns are in no group."""
    groups = data.generate_grouped_data(64, K=options["K"], nsamples=options["nsamples"], seed=45)["nn_indices"]
    asked.update(options, left_out=len(data.xcoords) - len(np.unique(groups)), patterns=len(data.xcoords))
    return np.ones((9, 9)), np.ones((9, 9)), None, None


sys.argv = ["inference.py", "--model_path", model, "--test_data", file, "--output_dir", tempfile.mkdtemp()]
with (
    patch.object(command, "load_inference_bundle_with_backend", loaded),
    patch.object(command, "perform_inference", infer),
    contextlib.suppress(SystemExit),  # the command ends with its status
):
    command.main()
told(
    "patterns are in no group, and what lies there is missing from the picture",
    asked["nsamples"] * 4 <= asked["patterns"] and asked["K"] == 4 and asked["left_out"] > 0,
    groups=asked["nsamples"],
    patterns=asked["patterns"],
    neighbours=asked["K"],
    patterns_in_no_group=asked["left_out"],
)
