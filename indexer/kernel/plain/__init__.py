"""The kernel in plain Python, file by file as ``csrc`` has it; `kernel` gathers its functions."""
