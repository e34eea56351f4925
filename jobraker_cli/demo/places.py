"""Where the made-up board hires: real cities, written in the ways postings write them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """A city with its region and country, and what pay looks like there.

    `pay` is the factor on a role's yearly USD band that gives local currency units.
    """

    name: str
    region: str
    country: str
    code: str
    currency: str
    pay: float
    weight: int


def _city(line: str) -> City:
    name, region, country, code, currency, pay, weight = line.split("|")
    return City(
        name=name,
        region=region,
        country=country,
        code=code,
        currency=currency,
        pay=float(pay),
        weight=int(weight),
    )


# name | region code | country | code | currency | pay factor | how many postings come from there
CITIES = tuple(
    _city(line)
    for line in """\
New York|NY|United States|US|USD|1.15|14
San Francisco|CA|United States|US|USD|1.25|10
Los Angeles|CA|United States|US|USD|1.1|6
Austin|TX|United States|US|USD|1.0|7
Dallas|TX|United States|US|USD|0.95|5
Chicago|IL|United States|US|USD|1.0|7
Atlanta|GA|United States|US|USD|0.95|5
Boston|MA|United States|US|USD|1.1|6
Seattle|WA|United States|US|USD|1.15|6
Denver|CO|United States|US|USD|1.0|4
Columbus|OH|United States|US|USD|0.85|3
Phoenix|AZ|United States|US|USD|0.9|3
Greenwood|IN|United States|US|USD|0.8|1
Toronto|ON|Canada|CA|CAD|1.15|6
Vancouver|BC|Canada|CA|CAD|1.1|3
London||United Kingdom|GB|GBP|0.7|12
Manchester||United Kingdom|GB|GBP|0.55|4
Edinburgh||United Kingdom|GB|GBP|0.55|2
Dublin||Ireland|IE|EUR|0.75|4
Berlin||Germany|DE|EUR|0.7|9
München||Germany|DE|EUR|0.75|5
Hamburg||Germany|DE|EUR|0.68|3
Wien||Austria|AT|EUR|0.65|2
Zürich||Switzerland|CH|CHF|1.15|3
Paris||France|FR|EUR|0.65|6
Lyon||France|FR|EUR|0.55|2
Amsterdam||Netherlands|NL|EUR|0.68|5
Madrid||Spain|ES|EUR|0.48|3
Lisbon||Portugal|PT|EUR|0.42|3
Warsaw||Poland|PL|PLN|1.9|3
Prague||Czechia|CZ|CZK|10.5|2
Stockholm||Sweden|SE|SEK|6.2|2
Bengaluru||India|IN|INR|24|8
Hyderabad||India|IN|INR|22|4
Singapore||Singapore|SG|SGD|1.1|5
Sydney|NSW|Australia|AU|AUD|1.3|4
Tel Aviv||Israel|IL|ILS|3.6|2
Tokyo||Japan|JP|JPY|95|3
São Paulo||Brazil|BR|BRL|2.6|3
Nairobi||Kenya|KE|KES|45|2
Lagos||Nigeria|NG|NGN|520|2
Dubai||United Arab Emirates|AE|AED|3.1|2
""".splitlines()
)
WEIGHTS = tuple(city.weight for city in CITIES)

# How the same place is written by one source or another, and how often; the first by far mostly.
SPELLINGS = {
    "{city}, {region}": 60,
    "{city}, {region}, {country}": 14,
    "{city}": 10,
    "{code}, {region}, {city}": 6,
    "{region} - {city}": 6,
    "Hybrid - {city}, {region}": 4,
}
SPELLINGS_WITHOUT_REGION = {
    "{city}, {country}": 60,
    "{city}": 14,
    "{country} - {city}": 6,
    "{city}, {code}": 6,
    "{city}, , {country}": 4,
    "{city},{country}": 4,
    "Hybrid - {city}, {country}": 4,
}
REMOTE = ("Remote", "Remote - {country}", "Remote, {country}", "{country} (Remote)", "Anywhere")
