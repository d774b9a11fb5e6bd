"""The product: topics, learnings, challenges, solutions, review, search and README import."""
