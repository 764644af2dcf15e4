"""The pictures of a comparison, in SVG that needs nothing but itself."""
