"""Records: one typed class for each JSON file that one package of the harness writes and another one reads."""
