"""The kernel in plain Python: one file for each file of ``csrc``, gathered by `kernel`."""
