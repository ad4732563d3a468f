"""A proposal of golden results: a patch, and a page that shows it beside what is approved."""
