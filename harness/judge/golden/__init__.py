"""Golden files: results that a person has approved, with their provenance, for comparison with later results."""
