"""`train`: trains one side of a case."""

from harness.cli.step import verb_of_one_leg

train = verb_of_one_leg(
    "train",
    "bundle",
    """Train one backend on the data set of a case, which is simulated first where it has to be.

Leaves DIR/CASE/BACKEND/train_outputs and /bundle, the weights and what is needed to infer with them.

Example: python -m harness train gs1_custom --backend torch --to work --profile smoke
""",
)
