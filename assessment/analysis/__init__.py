"""Analysis: what is analysed when, the stored results, and the reports that teachers read."""
