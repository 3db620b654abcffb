"""Addresses under complaints/."""

from django.urls import path

from complaints import views

app_name = "complaints"
urlpatterns = [
    path("new/", views.new, name="new"),
    path("case/accept/", views.case_accept, name="case_accept"),
    path("case/reopen/", views.case_reopen, name="case_reopen"),
    path("case/withdraw/", views.case_withdraw, name="case_withdraw"),
]
