"""The parts of SciPy that the program uses, brought in whole by one thread.

SciPy imports itself in circles. Two threads that import parts of it at the same moment can see it
half made, and fail; whoever imports this module waits until all of it is there.
"""

from scipy import ndimage as ndimage  # noqa: PLC0414 - told to others here
