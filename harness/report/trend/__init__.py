"""Compares sessions: what changed between two hubs, and the history of every case over all hubs of a folder."""
