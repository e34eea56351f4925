"""Limits of a person's chat: judged and reserved in the ledger before each call, then settled."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from jobraker_cli.assistant.model import LimitError
from jobraker_cli.settings import Settings
from jobraker_cli.store import chat_usage as store
from jobraker_cli.store.chat_usage import Used
from jobraker_cli.store.engine import reading

_MINUTE = timedelta(minutes=1)


def cost_micros(settings: Settings, model: str, input_tokens: int, output_tokens: int) -> int:
    """What a call costs by CHAT_PRICES, in millionths of a dollar; 0 for a model without price."""
    prices = {price.model: price for price in settings.chat_prices}
    price = prices.get(model) or prices.get("*")
    if price is None:
        return 0
    micros = price.input * input_tokens + price.output * output_tokens
    return int(Decimal(micros).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def day_of(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Begin and end of the calendar day that a moment lies in."""
    today = now.astimezone(zone).date()
    tomorrow = today + timedelta(days=1)
    return datetime.combine(today, time(), zone), datetime.combine(tomorrow, time(), zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """Keeps one person to the limits of the settings, whatever number of processes they use."""

    engine: Engine
    settings: Settings
    user_id: str
    model: str

    def used_today(self, now: datetime) -> Used:
        """What was used since midnight, calls under way included."""
        begin, _ = day_of(now, self.settings.timezone)
        with reading(self.engine) as connection:
            return store.used_since(connection, self.user_id, begin)

    def reserve(
        self, now: datetime, *, session_id: str | None, round_number: int, input_tokens: int
    ) -> str:
        """Write down a call with the most it may use; LimitError if that is more than is left."""
        output_tokens = self.settings.chat_reply_tokens
        most = self.priced(input_tokens, output_tokens)
        with self.engine.begin() as connection:
            store.lock_user(connection, self.user_id)
            begin, end = day_of(now, self.settings.timezone)
            if round_number == 0:
                asked = store.questions_since(connection, self.user_id, now - _MINUTE)
                self._judge_pace(asked, now)
            self._judge_day(store.used_since(connection, self.user_id, begin), most, end)
            return store.reserve(
                connection,
                user_id=self.user_id,
                session_id=session_id,
                round_number=round_number,
                model=self.model,
                most=most,
                now=now,
            )

    def settle(self, usage_id: str, used: Used) -> None:
        """Put what the call used in place of what was reserved for it."""
        with self.engine.begin() as connection:
            store.settle(connection, usage_id, used)

    def priced(self, input_tokens: int, output_tokens: int) -> Used:
        """Tokens with what they cost."""
        cost = cost_micros(self.settings, self.model, input_tokens, output_tokens)
        return Used(input_tokens=input_tokens, output_tokens=output_tokens, cost_micros=cost)

    def _judge_pace(self, asked: list[datetime], now: datetime) -> None:
        most = self.settings.chat_messages_per_minute
        if most and len(asked) >= most:
            wait = max(1, int((asked[-most] + _MINUTE - now).total_seconds() + 0.999))
            raise LimitError(
                f"That is {most} messages within a minute, the most allowed here; "
                f"it is possible again in {wait} seconds"
            )

    def _judge_day(self, used: Used, most: Used, end: datetime) -> None:
        again = f"it is possible again at {end:%Y-%m-%d %H:%M} ({self.settings.timezone.key})"
        tokens = self.settings.chat_tokens_per_day
        if tokens and used.tokens + most.tokens > tokens:
            raise LimitError(
                f"Today's {tokens:,} tokens are nearly used up ({used.tokens:,} used, this "
                f"message may take {most.tokens:,}); {again}"
            )
        dollars = self.settings.chat_cost_per_day
        if dollars and used.cost_micros + most.cost_micros > dollars * 1_000_000:
            raise LimitError(
                f"Today's ${dollars} are nearly used up (${used.cost_micros / 1e6:.4f} used, this "
                f"message may cost ${most.cost_micros / 1e6:.4f}); {again}"
            )
