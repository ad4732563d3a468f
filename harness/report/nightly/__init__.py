"""The page of a nightly run, with links to the hubs and logs of its steps."""
