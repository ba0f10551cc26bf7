"""Pictures of Windows (WMF and EMF) as drawings."""
