"""Proposes new golden files: as a patch for git, and as a page that shows them beside the approved ones."""
