"""The order desk: reading, changing, importing, exporting and watching orders."""
