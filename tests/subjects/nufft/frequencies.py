"""Where both sides compute the Fourier transform of an image: 200 frequencies in radians a pixel.

Each is a quarter of a cell off the points of the packages' tables (128 pixels, 1,024 points a pixel), so that rounding
never chooses another point of the table.
"""

import numpy as np

CELLS = np.random.default_rng(0).integers(-64 * 1024, 64 * 1024, (2, 200))
OMEGA = (2 * np.pi * (CELLS + 0.25) / (128 * 1024)).astype(np.float32)
