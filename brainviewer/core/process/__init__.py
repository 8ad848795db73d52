"""What holds for the whole process: network, memory, workers, SciPy."""
