"""How the benchmarks measure and report; none of them is here itself."""
