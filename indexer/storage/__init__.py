"""The index in a folder: commits, generations, and the files of its segments."""
