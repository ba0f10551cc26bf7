"""People, their roles, and how they sign in: a client of one OpenID provider, bundled or the ministry's."""
