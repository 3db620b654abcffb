"""The web application gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from core.public_holidays import load_holidays

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_portal.settings")

application = get_wsgi_application()
load_holidays()  # before the fork, so that the workers share it
