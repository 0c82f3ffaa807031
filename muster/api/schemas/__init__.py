"""One module of request and response bodies per noun."""
