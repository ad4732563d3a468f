"""Scenarios: YAML files that say what is trained on which data, and the cases that they resolve to."""
