"""The product database: tables, migrations, one repository per noun."""
