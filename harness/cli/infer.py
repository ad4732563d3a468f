"""`infer`: predicts patches with one side of a case and stitches them."""

from harness.cli.step import verb_of_one_leg

infer = verb_of_one_leg(
    "infer",
    "inference_outputs",
    """Infer and stitch with one trained backend, which is trained first where it has to be.

Leaves DIR/CASE/BACKEND/inference_outputs: patches, stitched amplitude and phase, coverage and canvas.

Example: python -m harness infer gs1_custom --backend torch --to work --profile smoke
""",
)
