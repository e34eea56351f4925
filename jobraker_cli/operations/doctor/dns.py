"""What DNS says of the sender's domain: SPF (RFC 7208), DMARC (RFC 7489), DKIM (RFC 6376)."""

from collections.abc import Iterator, Sequence

from dns import exception, resolver

from jobraker_cli.operations.doctor.check import CheckResult, ok, warn

PATIENCE_SECONDS = 3.0
_RESERVED = ("example", "invalid", "localhost", "test", "local")  # RFC 2606, RFC 6762
_RESERVED_DOMAINS = ("example.com", "example.net", "example.org")


def is_example(domain: str) -> bool:
    """Whether a domain is reserved for examples and tests, so that DNS knows nothing of it."""
    return domain.rpartition(".")[2] in _RESERVED or domain.endswith(_RESERVED_DOMAINS)


def system_resolver() -> resolver.Resolver | None:
    """The system's resolver with little patience; None where none is configured."""
    try:
        found = resolver.Resolver()
    except resolver.NoResolverConfiguration:
        return None
    found.lifetime = PATIENCE_SECONDS
    return found


def advice(
    domain: str, ask: resolver.Resolver | None, *, signs_as: str = ""
) -> Iterator[CheckResult]:
    """Checks for SPF, DMARC and DKIM; one warning when DNS gives no answer.

    `signs_as` is the name under which DNS has the key that jobraker signs with; "" for none.
    """
    try:
        if ask is None:
            raise exception.Timeout
        spf = [one for one in _texts(ask, domain) if one.lower().startswith("v=spf1")]
        keys = _texts(ask, signs_as) if signs_as else []
        dmarc = [one for one in _texts(ask, f"_dmarc.{domain}") if one.startswith("v=DMARC1")]
    except (exception.DNSException, OSError):
        yield warn("sender_domain", "DNS gives no answer here", "look the records up elsewhere")
        return
    yield judge_spf(domain, spf)
    yield judge_dmarc(domain, dmarc)
    if signs_as:
        yield judge_dkim_record(signs_as, keys)


def judge_dkim_record(signs_as: str, keys: Sequence[str]) -> CheckResult:
    """Whether DNS has the key that jobraker signs with; an empty one is a revoked one."""
    name = "dkim_record"
    if not any("p=" in one.replace("p=;", "") for one in keys):
        return warn(name, f"jobraker signs, but DNS has no key at {signs_as}", "publish the key")
    return ok(name, f"DNS has the key at {signs_as}")


def judge_spf(domain: str, records: Sequence[str]) -> CheckResult:
    """One record that ends in a refusal of others is right."""
    if not records:
        return warn(
            "spf",
            f"{domain} has no SPF record, so many receivers distrust its mail",
            'publish TXT "v=spf1 include:YOUR-RELAY -all"; the relay\'s pages name the include',
        )
    if len(records) > 1:
        return warn(
            "spf", f"{domain} has {len(records)} SPF records: a permanent error", "keep one"
        )
    end = records[0].lower().split()[-1]
    if end in ("+all", "all"):
        return warn("spf", f"{domain} lets everybody send ({end})", "end it with -all or ~all")
    return ok("spf", f"{domain} has one record")


def judge_dmarc(domain: str, records: Sequence[str]) -> CheckResult:
    """One record with a policy that asks for something is right."""
    if len(records) != 1:
        found = "no DMARC record" if not records else f"{len(records)} DMARC records"
        return warn(
            "dmarc",
            f"{domain} has {found}; large receivers ask senders in bulk for one",
            f'publish one: TXT _dmarc.{domain} "v=DMARC1; p=none; rua=mailto:..."',
        )
    tags = {
        name.strip().lower(): value.strip().lower()
        for name, _, value in (part.partition("=") for part in records[0].split(";"))
    }
    policy = tags.get("p", "")
    if policy == "none":
        return warn(
            "dmarc", f"{domain} only watches (p=none)", "when the reports are clean: quarantine"
        )
    if policy not in ("quarantine", "reject"):
        return warn("dmarc", f"{domain} has a DMARC record without a policy", "add p=none at least")
    return ok("dmarc", f"{domain} asks for {policy}")


def _texts(ask: resolver.Resolver, name: str) -> list[str]:
    """The TXT records of a name, none where there is no such name."""
    try:
        answer = ask.resolve(name, "TXT")
    except (resolver.NXDOMAIN, resolver.NoAnswer):
        return []
    return [b"".join(one.strings).decode("ascii", "replace") for one in answer]
