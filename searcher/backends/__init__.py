"""Backends carry out plans: `backend` is the protocol, `embedded` the index in a folder."""
