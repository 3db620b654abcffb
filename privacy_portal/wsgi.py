"""The web application gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from core.public_holidays import load_holidays
from privacy_portal.key_checks import check_keys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_portal.settings")

application = get_wsgi_application()
check_keys()
load_holidays()  # before the fork, so that the workers share it
