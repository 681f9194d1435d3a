from django.apps import AppConfig


class WalkersConfig(AppConfig):
    name = "elmweb.walkers"
    default_auto_field = "django.db.models.BigAutoField"
