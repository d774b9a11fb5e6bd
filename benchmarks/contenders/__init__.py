"""What Nexus is compared with, each an application of its own for the same server."""
