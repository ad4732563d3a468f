"""The nightly run: its steps, one after another, what became of each, and the page that leads to all of it."""
