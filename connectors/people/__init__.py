"""People, their accounts and their time in teams, from `people.csv`."""
