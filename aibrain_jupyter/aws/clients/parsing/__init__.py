"""How answers are parsed: one large one at a time, times in UTC, foreign answers refused."""
