"""Sections: what a notebook of the report holds in its hand, from data to what it hands over."""
