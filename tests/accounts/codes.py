"""An authenticator app for tests."""

import base64
import time

from django_otp.oath import TOTP

from accounts import second_factor
from accounts.models import TotpDevice, User


def code(device: TotpDevice, *, steps: int = 0) -> str:
    """The six digits that the app shows now, or so many 30-second steps later."""
    app = TOTP(base64.b32decode(device.secret))
    app.time = time.time() + 30 * steps
    return f"{app.token():06d}"


def with_app(user: User) -> TotpDevice:
    """Set up an authenticator app for the user as the pages do; its code of this moment is used up."""
    device = second_factor.device_being_set_up(user)
    assert second_factor.confirm_set_up(user=user, code=code(device, steps=-1))
    return TotpDevice.objects.get(user=user, confirmed=True)
