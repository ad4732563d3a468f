"""What the pages show, one file a panel: each turns the files of a hub into plain values for a template."""
