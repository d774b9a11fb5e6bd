"""Fixtures of the contract's tests: a browser where one is asked for."""

from tests.browser import page

__all__ = ["page"]
