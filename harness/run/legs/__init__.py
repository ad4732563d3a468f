"""The legs, which are what a worker runs: one module for each."""
