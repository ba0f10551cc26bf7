"""Administration of people: who is where in which role, within the part of the tree that one administers."""
