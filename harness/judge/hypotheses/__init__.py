"""What a wrong tensor may be instead of the right one: hypotheses, each a small file, and the trial that they stand."""
