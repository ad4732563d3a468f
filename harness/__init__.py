"""ptycho-parity: proves, or disproves, that two ports of a ptychography network are the same network."""

import os

__version__ = "0.1.0"

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""What keeps linear algebra to one thread in every process of the harness, whoever starts it.

The judge's fits are small: a second thread takes eight times the processor time and sums in another order. NumPy reads
these when it is imported, so they stand here, before anything else of the harness. A value of the user's stays.
"""

for _name in ONE_THREAD:
    os.environ.setdefault(_name, "1")
