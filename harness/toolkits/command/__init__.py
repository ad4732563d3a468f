"""A side that is two command lines and files of numbers: no Python of the user's is needed."""
