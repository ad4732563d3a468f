"""The formulas in NumPy float64: forward model, likelihood, translation, stitching, phase and twin ambiguities."""
