"""The first page that a person sees, by role: it joins what the other rooms have waiting for him."""
