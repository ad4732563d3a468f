"""Where worker processes run: on this machine, or as the tasks of an engine that has others."""
