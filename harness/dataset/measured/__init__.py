"""Data sets that were measured: files of any known layout, brought to the NPZ contract, and written in three."""
