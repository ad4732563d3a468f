"""Approved results on their way: into the folder of a case that is judged, and from a hub into the registry."""
