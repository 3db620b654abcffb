"""Addresses under track/. None holds a reference: what a session may see stands in the session."""

from django.urls import path

from cases import views

app_name = "cases"
urlpatterns = [
    path("", views.track, name="track"),
    path("code/", views.code, name="code"),
    path("case/", views.case, name="case"),
    path("case/files/<uuid:file_id>/", views.file, name="file"),
    path("case/close/", views.close, name="close"),
    path("received/", views.received, name="received"),
    path("received/resend/", views.resend, name="resend"),
]
