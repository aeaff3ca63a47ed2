"""From accounts and regions as written to targets: profiles, identities, roles, sign-in."""
