"""GitHub: repositories, pull requests, issues, workflow runs with every attempt, check runs and required checks."""
