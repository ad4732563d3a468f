"""One session: what was asked, the cases that are run, injected with faults and judged, and the record in its hub."""
