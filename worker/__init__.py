"""The second front door: it wakes up, takes the next job from the table and runs it."""
