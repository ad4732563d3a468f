"""Records: what stands in the JSON files that one room writes and another reads, one class a file."""
