"""The links of one person's mail."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from jobraker_cli.errors import MessageError
from jobraker_cli.mail import tokens
from jobraker_cli.mail.brand import Brand, SigningKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Makes the links of one letter: `user_id` is its reader, `issued_at` when it was written."""

    brand: Brand
    key: SigningKey
    user_id: str | None
    issued_at: datetime
    _tokens: dict[str, str] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def manage(self) -> str:
        """Where the reader's alerts are changed."""
        return f"{self.brand.site_url}/alerts"

    def page(self, name: str) -> str:
        """A page of the web application that the reader must log in for, such as "profile"."""
        return f"{self.brand.site_url}/{name}"

    def job(self, job_id: str) -> str:
        """The page of a job."""
        return self.brand.job_url.replace("{id}", quote(job_id, safe=""))

    def unsubscribe(self, scope: str) -> str:
        """The page that ends `scope` for the reader, without a login."""
        return f"{self.brand.site_url}/unsubscribe/{self._token(scope)}"

    def unsubscribe_by_mail(self, scope: str) -> str:
        """The same as a mail to send; empty when there is no mailbox for it."""
        if not self.brand.unsubscribe_mailto:
            return ""
        mailbox = quote(self.brand.unsubscribe_mailto, safe="@+")
        return f"mailto:{mailbox}?subject=unsubscribe%20{self._token(scope)}"

    def stop_alert(self, alert_id: str) -> str | None:
        """The page that ends one alert; None for an id that no token can hold."""
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", alert_id):
            return None
        return self.unsubscribe(f"alert:{alert_id}")

    def _token(self, scope: str) -> str:
        if self.user_id is None:
            raise MessageError("list mail without a user: nobody could unsubscribe from it")
        if scope not in self._tokens:  # a mail has each of its links several times
            try:
                token = tokens.sign(self.key, self.user_id, scope, self.issued_at)
            except ValueError as error:
                raise MessageError("the user's id does not fit into an unsubscribe link") from error
            self._tokens[scope] = token
        return self._tokens[scope]
