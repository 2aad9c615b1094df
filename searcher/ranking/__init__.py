"""Which sections a query matches, and how they are scored."""
