"""Pictures of walkers from their recorded motion: SVG, PNG poster, GIF."""

from evolution.rendering.raster import POSTER_SIZE, gif, poster_png
from evolution.rendering.svg import walker_svg

__all__ = ["POSTER_SIZE", "gif", "poster_png", "walker_svg"]
