"""Every address of the application. Pages: each app's `pages`; JSON and files: its `api`."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path, register_converter

from elmweb import health
from elmweb import pages as home_pages
from elmweb.identifiers import PublicIdConverter
from elmweb.runs import api as runs_api
from elmweb.runs import pages as run_pages
from elmweb.training import pages as training_pages
from elmweb.walkers import api as walkers_api
from elmweb.walkers import pages as walker_pages
from elmweb.walkers import pictures, submitting

register_converter(PublicIdConverter, "id")

urlpatterns = [
    path("", home_pages.home, name="home"),
    path("runs/new/", walker_pages.new_run, name="run-new"),
    path("seeds/submit/", submitting.submit, name="seed-submit"),
    path("seeds/<id:public_id>.json", submitting.result, name="submission-json"),
    path("seeds/<id:public_id>/", walker_pages.submission_page, name="submission"),
    path("r/<id:public_id>/", run_pages.run_page, name="run"),
    path("r/<id:public_id>/state.json", runs_api.state, name="run-state"),
    path("r/<id:public_id>/control/", runs_api.control, name="run-control"),
    path("r/<id:public_id>/lineage/", run_pages.lineage_page, name="run-lineage"),
    path("r/<id:public_id>/lineage.json", runs_api.lineage, name="run-lineage-json"),
    path("w/<id:public_id>/", walker_pages.walker_page, name="walker"),
    path("w/<id:public_id>/embed/", walker_pages.walker_embed, name="walker-embed"),
    path("w/<id:public_id>/motion", walkers_api.motion, name="walker-motion"),
    path("w/<id:public_id>/program.py", walkers_api.program, name="walker-program"),
    path("w/<id:public_id>/walker.json", walkers_api.phenotype, name="walker-json"),
    path("w/<id:public_id>/poster.svg", pictures.poster_svg, name="walker-poster-svg"),
    path("w/<id:public_id>/poster.png", pictures.poster_png, name="walker-poster-png"),
    path("w/<id:public_id>/walker.gif", pictures.gif, name="walker-gif"),
    path("models/", training_pages.models_page, name="models"),
    path("models/new/", training_pages.new_training, name="training-new"),
    path("models/trainings/<id:public_id>/", training_pages.training_page, name="training"),
    path(
        "models/trainings/<id:public_id>/control/", training_pages.control, name="training-control"
    ),
    path("oembed", walkers_api.oembed, name="oembed"),
    path("healthz", health.healthz, name="healthz"),
    path("admin/", admin.site.urls),
]

handler403 = "elmweb.pages.forbidden"
handler404 = "elmweb.pages.not_found"
handler500 = "elmweb.pages.failed"
