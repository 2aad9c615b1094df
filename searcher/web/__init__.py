"""The face on the web: pages, a JSON API, feeds. `searcher.web.app` makes the application.

Nothing imports this package but ``policysearch serve``, so that a search in the terminal does not
wait for a web framework.
"""
