"""The engines behind one port: SQLite FTS5 on the embedded size, Elasticsearch on the full one."""
