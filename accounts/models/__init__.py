"""People who sign in, their sealed addresses, and how staff come and go."""

from accounts.models.address import SealedAddress
from accounts.models.staffing import FactorRecovery, FactorRecoveryApproval, StaffInvitation
from accounts.models.user import User

__all__ = ["FactorRecovery", "FactorRecoveryApproval", "SealedAddress", "StaffInvitation", "User"]
