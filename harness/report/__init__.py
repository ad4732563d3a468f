"""The report of a session: the summary, the pictures and the pages that are made from the files of its hub."""
