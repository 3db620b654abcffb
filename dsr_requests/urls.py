"""Addresses under requests/."""

from django.urls import path

from dsr_requests import views

app_name = "requests"
urlpatterns = [
    path("new/", views.new, name="new"),
]
