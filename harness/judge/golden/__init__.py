"""Golden files: results that a person has approved, each with its provenance, and how today's are held against them."""
