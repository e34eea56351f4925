"""Settings: read once from flags, environment and .env, checked, frozen."""

from jobraker_cli.settings.catalogue import Settings, catalogue
from jobraker_cli.settings.sources import Loaded, load, mask_url

__all__ = ["Loaded", "Settings", "catalogue", "load", "mask_url"]
