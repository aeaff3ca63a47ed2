"""Values as bytes and back, exactly."""
