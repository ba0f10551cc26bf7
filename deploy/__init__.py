"""What puts the platform on machines; nothing here is imported by the platform itself."""
