"""Parts of the bug-repair benchmark: problems, the node mutation, trials, the plot."""
