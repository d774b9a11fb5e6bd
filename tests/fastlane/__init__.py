"""The fast lane against Django alone: the same answers, and never an older one."""
