"""`scripts/inference/inference.py --backend pytorch` calls the inference with an argument that it does not take."""

import inspect
from pathlib import Path

from doors import told
from ptycho_torch.inference import _run_inference_and_reconstruct
from scripts.inference import inference

call = Path(inspect.getfile(inference)).read_text().split("_run_inference_and_reconstruct(\n", 1)[1].split(")", 1)[0]
given = {line.partition("=")[0].strip() for line in call.splitlines() if "=" in line}
unknown = given - {*inspect.signature(_run_inference_and_reconstruct).parameters}
told(
    "the command ends in a TypeError, whatever it is given", bool(unknown), arguments_that_are_not_taken=sorted(unknown)
)
