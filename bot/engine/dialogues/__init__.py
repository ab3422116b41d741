"""The dialogues, a file each. They do not know one another; `policy` decides which one speaks."""
