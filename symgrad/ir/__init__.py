"""The language: typed, structured SSA. Frozen data; passes are functions from Function to Function."""
