"""Parts of the benchmark `rollback`."""
