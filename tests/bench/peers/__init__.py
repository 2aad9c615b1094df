"""This engine beside others, on the same sections, terms and queries, in one run.

`__main__` has the command; README.md of the project says what was measured.
"""
