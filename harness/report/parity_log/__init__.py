"""The parity log of a dose study: what the data of every dose look like, stage by stage, and what was made of them."""
