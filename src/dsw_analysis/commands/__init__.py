"""What each command of ``dsw`` does; a module is imported only when one of its commands is asked for."""
