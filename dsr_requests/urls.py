"""Addresses under requests/."""

from django.urls import path

from dsr_requests.views import case, copy, filing, identity

app_name = "requests"
urlpatterns = [
    path("new/", filing.new, name="new"),
    path("new/<slug:kind>/", filing.new_kind, name="new_kind"),
    path("case/take-back/", case.take_back, name="case_take_back"),
    path("case/correction/", case.correction, name="case_correction"),
    path("case/call-off/", case.call_off, name="case_call_off"),
    path("case/identity/", identity.identity, name="case_identity"),
    path("case/identity/code/", identity.code, name="case_identity_code"),
    path("case/identity/alone/", identity.alone, name="case_identity_alone"),
    path("case/evidence/", identity.evidence, name="case_evidence"),
    path("case/child/", identity.child, name="case_child"),
    path("case/copy/", copy.copy, name="case_copy"),
    path("case/copy/code/", copy.code, name="case_copy_code"),
]
