"""One session: its options, its cases that are run and judged, trials of injected faults, and its hub."""
