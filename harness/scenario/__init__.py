"""What is asked: the schema, YAML loading, inheritance, profiles, overrides and the matrix."""
