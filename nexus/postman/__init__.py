"""A Postman collection and its environment, made from the document of the API."""

from nexus.postman.collecting import collection, environment

__all__ = ["collection", "environment"]
