"""The one place that knows every room."""

import os

# Processes and threads of our own share the cores; threads inside one product of matrices wait for each other by
# spinning, which costs five times the work where cores are shared. Read by OpenBLAS when numpy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
