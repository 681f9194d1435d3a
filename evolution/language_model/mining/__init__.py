"""Mining commits: what is taken from one git repository, and what is left out."""
