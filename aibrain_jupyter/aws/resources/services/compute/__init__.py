"""What runs code: instances with their images and volumes, functions, managed machines."""
