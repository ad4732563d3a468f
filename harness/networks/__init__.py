"""The networks of this repository, one package each, with the rules that its ports share and the ports."""
