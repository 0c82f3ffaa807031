"""The audience index: a columnar image of a warehouse made for rules, never a second truth."""
