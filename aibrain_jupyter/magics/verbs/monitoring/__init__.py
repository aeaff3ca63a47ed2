"""What is measured, watched and seen: ``stats``, ``alerts``, ``timeline``, ``dashboard``."""
