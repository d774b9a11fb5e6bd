"""From a README to drafts: read it, plan the changes, apply them all or none."""
