"""The benchmarks of Muster and the peers they run against; not part of the installed package."""
