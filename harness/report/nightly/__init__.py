"""The page of a night, which leads to all that its steps left."""
