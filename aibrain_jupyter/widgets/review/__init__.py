"""A board of things to decide about: a widget, and what stands for it in a file or a terminal."""
