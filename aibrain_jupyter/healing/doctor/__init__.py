"""What the package needs of its surroundings, looked at one by one."""
