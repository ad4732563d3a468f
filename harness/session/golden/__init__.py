"""Approved results: copied into the folder of a case that is judged, and taken from a hub into the golden files."""
