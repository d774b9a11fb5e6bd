"""The smallest valid rows, one module per app."""
