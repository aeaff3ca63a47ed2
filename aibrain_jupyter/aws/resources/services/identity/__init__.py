"""Who may do what: users, roles, groups, policies, single sign-on."""
