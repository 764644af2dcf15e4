"""What is claimed of Pool, Process and their kin: experiments, and rules that turn figures into verdicts."""
