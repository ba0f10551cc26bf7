"""Uploaded files: resumable upload, checksums, signed delivery. Knows an owner only as (kind, id)."""
