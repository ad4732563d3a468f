"""The faults, a module a group; whatever stands here is found by itself."""
