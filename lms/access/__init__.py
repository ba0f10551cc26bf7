"""The table of permissions as people read it, and why somebody may or may not do a thing."""
