"""Organisations: the ministry, its departments, their schools and classes, and who belongs to them."""
