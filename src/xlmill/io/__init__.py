"""Files and tables to workloads, and results back."""
