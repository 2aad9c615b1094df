"""Documents that are the same, or versions of one law, and how wording changed."""
