"""The guard of who gets in: a world, the routes with what each needs, and a second reading of the table."""
