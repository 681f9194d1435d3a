from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "elmweb.runs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Tasks that the web process sends must know the broker.
        import elmweb.celery  # noqa: F401
