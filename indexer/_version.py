"""The version of policysearch, stated only here."""

__version__ = "0.1.0"
