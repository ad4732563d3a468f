"""The nightly run: its steps, one after another, and what became of each."""
