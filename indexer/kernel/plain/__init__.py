"""The kernel in plain Python: the same results as the compiled one, to the last bit."""
