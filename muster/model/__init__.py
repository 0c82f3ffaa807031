"""The data model: read model.yml, hold it against a warehouse, draft one from data."""
