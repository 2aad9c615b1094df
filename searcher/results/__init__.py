"""The shapes of results, and the snippets in them."""
