"""Addresses of the public policy pages, under the language prefix."""

from django.urls import path

from policies import views

app_name = "policies"
urlpatterns = [
    path("policy/", views.current, name="current"),
    path("policy/versions/", views.versions, name="versions"),
    path("policy/versions/compare/", views.compare, name="compare"),
    path("policy/versions/<int:number>/", views.version, name="version"),
    path("procedure/", views.procedure, name="procedure"),
]
