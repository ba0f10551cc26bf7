"""Video: probing, the ladder, renditions, and the player's data. The owner decides who may watch."""
