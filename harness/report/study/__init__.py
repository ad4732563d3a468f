"""The dose studies of a session: reconstruction quality over dose for both backends, and the verdict on it."""
