"""The shapes of results, the snippets in them, and their form as JSON."""
