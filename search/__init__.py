"""Search: finds documents of any room for the person who asks. It knows documents, not domains."""
