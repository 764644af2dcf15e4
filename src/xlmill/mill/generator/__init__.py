"""The parts of the workload generator: draws, literals, mixes of templates, random trees."""
