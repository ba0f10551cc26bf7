"""The curriculum of 2018: subjects, topics and outcomes that works and items point to."""
