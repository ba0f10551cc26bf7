"""The floor and the roof of the platform, and what belongs to every room."""
