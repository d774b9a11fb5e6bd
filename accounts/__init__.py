"""People: the user, roles, cohorts, tokens, profile."""
