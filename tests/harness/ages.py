"""What may be how old at a moment a test names, whatever the database's own clock says."""

from datetime import datetime

from personal_data.own_records import Ages
from policies import selectors


def ages_at(moment: datetime) -> Ages:
    """By the policy published last."""
    version = selectors.latest_version()
    assert version is not None
    return Ages(moment, selectors.document(version))
