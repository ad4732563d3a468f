"""`batch_sizes.json` of a side: what it returns for one group, in batches of several sizes."""

from harness.records.record import Record


class BatchSizes(Record):
    """Contents of the file; one entry in each list for each size of the batch, the batch of one group first."""

    sizes: list[int]
    """Number of groups that the side was given, the first group being the same each time."""
    returned: list[int]
    """Number of groups that it returned; 0 where it failed."""
    differences: list[float | None]
    """Largest difference of the first group from what a batch of one returned, over the largest value of the latter;
    None where there is nothing to compare."""
    problems: list[str]
    """Why it failed; empty where it did not."""
