"""The order desk's tables: a schema of their own in the product database."""
