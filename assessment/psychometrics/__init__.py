"""Measurement: pure numpy, arrays in and arrays out; knows no database and no page."""
