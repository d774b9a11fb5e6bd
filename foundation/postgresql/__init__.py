"""Django's own backend for PostgreSQL, with a cheaper look at whether a connection lives."""
