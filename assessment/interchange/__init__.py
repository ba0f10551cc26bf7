"""Question files of other systems, read into the bank's own shape: GIFT and Moodle XML."""
