"""What goes on in this kernel, and what other kernels wrote down: read for a display."""
