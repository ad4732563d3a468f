"""The networks of this repository, one package each: what their ports must build alike, and the ports."""
