"""The lowest floor: errors, the HTTP contract, the outbox, list caching, API documentation."""
