"""The HTTP contract: problem bodies, paging, strict input, request ids."""
