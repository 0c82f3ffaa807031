"""From a rule and a data model to SQL trees; never opens a connection."""
