"""How fast Nexus is, and compared with what: `make bench`, docs/performance.md."""
