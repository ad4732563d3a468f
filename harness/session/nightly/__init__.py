"""The nightly run: its steps, one after another, and the result of each."""
