"""The bundled OpenID provider of the embedded size: an issuer at `<base_url>/oidc`.

It knows accounts and passwords; the platform knows people and talks to it over HTTP as to any provider.
"""
