"""The three example workspaces: data model, generator, rules. All their data is synthetic."""
