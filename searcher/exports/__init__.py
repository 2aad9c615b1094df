"""Results as other programs read them: tables and bibliographies."""
