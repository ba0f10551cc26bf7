"""Questions in a table, one a row: CSV and XLSX of one layout that a teacher can fill."""
