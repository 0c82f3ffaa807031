"""Use cases; every function takes a verified workspace context first."""
