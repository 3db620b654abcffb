"""Addresses below `account/`: the pages of a signed-in person."""

from django.urls import path
from django.views.generic import RedirectView

from accounts.views import access_log, cases, consents, data, devices, erase, export, files, home

app_name = "accounts"
urlpatterns = [
    path("", home.home, name="home"),
    path("data/", data.data, name="data"),
    path("data/delete/", data.delete_several, name="data_delete_several"),
    path("data/<slug:field>/", data.change, name="data_change"),
    path("data/<slug:field>/show/", data.show, name="data_show"),
    path("data/<slug:field>/confirm/", data.confirm, name="data_confirm"),
    path("data/<slug:field>/delete/", data.delete, name="data_delete"),
    path("data/<slug:field>/decline/", data.decline, name="data_decline"),
    path("data/<slug:field>/history/", data.history, name="data_history"),
    path("data/<slug:field>/files/add/", files.add, name="file_add"),
    path("files/<uuid:file_id>/", files.view, name="file_view"),
    path("files/<uuid:file_id>/content/", files.content, name="file_content"),
    path("files/<uuid:file_id>/download/", files.download, name="file_download"),
    path("files/<uuid:file_id>/delete/", files.delete, name="file_delete"),
    path("access-log/", access_log.access_log, name="access_log"),
    path("complaints/", cases.complaint_list, name="complaints"),
    path("complaints/<str:reference>/", cases.complaint, name="complaint"),
    path("complaints/<str:reference>/files/<uuid:file_id>/", cases.complaint_file, name="complaint_file"),
    path("complaints/<str:reference>/accept/", cases.complaint_accept, name="complaint_accept"),
    path("complaints/<str:reference>/reopen/", cases.complaint_reopen, name="complaint_reopen"),
    path("complaints/<str:reference>/withdraw/", cases.complaint_withdraw, name="complaint_withdraw"),
    path("requests/", cases.request_list, name="requests"),
    path("requests/<str:reference>/", cases.request, name="request"),
    path("requests/<str:reference>/files/<uuid:file_id>/", cases.request_file, name="request_file"),
    path("export/", export.export, name="export"),
    path("erase/", erase.erase, name="erase"),
    path("erase/progress/<str:token>/", erase.progress, name="erase_progress"),
    path("erase/progress/<str:token>/certificate/", erase.certificate, name="erase_certificate"),
    path("erase/progress/<str:token>/certificate.pdf", erase.certificate_file, name="erase_certificate_pdf"),
    path("security/", RedirectView.as_view(pattern_name="account_security"), name="security"),
    path("devices/", devices.devices, name="devices"),
    path("devices/note/", devices.device_note, name="device_note"),
    path("devices/delete/", devices.devices_delete, name="devices_delete"),
    path("devices/<uuid:device_id>/delete/", devices.device_delete, name="device_delete"),
    path("consents/", consents.consents, name="consents"),
    path("consents/withdraw/", consents.withdraw_consent, name="consents_withdraw"),
    path("consents/history/", consents.consents_history, name="consents_history"),
]
