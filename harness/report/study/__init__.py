"""The dose studies of a session: quality over dose for both backends, the verdict on it, and the parity log."""
