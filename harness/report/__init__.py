"""The hub: what a session leaves behind, and how it is shown."""
