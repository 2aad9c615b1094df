"""The shapes of results, the snippets in them, and what they are as JSON."""
