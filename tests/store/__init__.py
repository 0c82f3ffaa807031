"""Tests of the product database, on a real server that the migrations built."""
