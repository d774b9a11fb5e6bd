"""Telling people what concerns them: subscriptions, announcements, delivery."""
