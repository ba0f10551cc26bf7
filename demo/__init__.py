"""Demo data that a ministry person would recognise: written for this project, people and schools invented."""
