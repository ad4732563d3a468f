"""The judge: from the files of a case to verdicts, rung by rung."""
