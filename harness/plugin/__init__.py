"""The pytest plugin: options, expansion of cases, outcomes, progress and the terminal summary."""
