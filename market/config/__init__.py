"""The one place that knows every room."""

import atexit
import gc
import os

# Processes and threads of our own share the cores; threads inside one product of matrices wait for each other by
# spinning, which costs five times the work where cores are shared. Read by OpenBLAS when numpy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# What is imported stays: looking through it for garbage takes a fifth of a start, and as much again at the end.
gc.set_threshold(50_000, 20, 20)
atexit.register(gc.freeze)
