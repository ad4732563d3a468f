"""The parity log of a dose study: statistics of the data of every dose at each stage, and the results on them."""
