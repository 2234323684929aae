"""The command line: benchmarks of agents, their tables, and lessons for people."""
