"""Challenges as REST framework's tutorial would have them, over Nexus' own tables."""
