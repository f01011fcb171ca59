"""Speed as ratios: two ways to do the same thing, alternated in one process. Measured by people, asserted by nobody."""
