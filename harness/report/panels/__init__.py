"""The panels of the pages, a module for each: it turns files of a hub into plain values for a template."""
