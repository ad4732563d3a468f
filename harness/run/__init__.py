"""Jobs, worker processes, interpreters, devices, core slots and the store."""
