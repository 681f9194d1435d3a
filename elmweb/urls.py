"""Every address of the application. Pages: each app's `pages`; JSON and files: its `api`."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from elmweb import health
from elmweb import pages as home_pages
from elmweb.runs import api as runs_api
from elmweb.runs import pages as run_pages
from elmweb.walkers import api as walkers_api
from elmweb.walkers import pages as walker_pages
from elmweb.walkers import pictures, submitting

handler403 = "django.views.defaults.permission_denied"  # templates/403.html
handler404 = "django.views.defaults.page_not_found"  # templates/404.html
handler500 = "django.views.defaults.server_error"  # templates/500.html

urlpatterns = [
    path("", home_pages.home, name="home"),
    path("runs/new/", walker_pages.new_run, name="run-new"),
    path("seeds/submit/", submitting.submit, name="seed-submit"),
    path("seeds/<str:public_id>.json", submitting.result, name="submission-json"),
    path("seeds/<str:public_id>/", walker_pages.submission_page, name="submission"),
    path("r/<str:public_id>/", run_pages.run_page, name="run"),
    path("r/<str:public_id>/state.json", runs_api.state, name="run-state"),
    path("r/<str:public_id>/control/", runs_api.control, name="run-control"),
    path("r/<str:public_id>/lineage/", run_pages.lineage_page, name="run-lineage"),
    path("r/<str:public_id>/lineage.json", runs_api.lineage, name="run-lineage-json"),
    path("w/<str:public_id>/", walker_pages.walker_page, name="walker"),
    path("w/<str:public_id>/embed/", walker_pages.walker_embed, name="walker-embed"),
    path("w/<str:public_id>/motion", walkers_api.motion, name="walker-motion"),
    path("w/<str:public_id>/program.py", walkers_api.program, name="walker-program"),
    path("w/<str:public_id>/walker.json", walkers_api.phenotype, name="walker-json"),
    path("w/<str:public_id>/poster.svg", pictures.poster_svg, name="walker-poster-svg"),
    path("w/<str:public_id>/poster.png", pictures.poster_png, name="walker-poster-png"),
    path("w/<str:public_id>/walker.gif", pictures.gif, name="walker-gif"),
    path("oembed", walkers_api.oembed, name="oembed"),
    path("healthz", health.healthz, name="healthz"),
    path("admin/", admin.site.urls),
]

handler403 = "elmweb.pages.forbidden"
handler404 = "elmweb.pages.not_found"
handler500 = "elmweb.pages.failed"
