"""Places as people and applicant-tracking systems write them, and what lies in what."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.matching.gazetteer import CITY, COUNTRY, PART, REGION, WORLD, gazetteer
from jobraker_cli.matching.location import fit, wanted_spots, whereabouts
from jobraker_cli.matching.places import alert_area, job_area, word_runs
from jobraker_cli.matching.places_text import spelled
from jobraker_cli.model import Job

POSTINGS = Path(__file__).parents[3] / "shared" / "real-jobs"


def lies_in(asked: str, offered: str) -> bool:
    job = Job(id="", title="x", location=offered)
    return fit(wanted_spots(asked), whereabouts(job)) is not None


SAME = [
    ("NYC", "New York City"),
    ("NYC", "New York, NY"),
    ("New York City", "US-NY-New York"),
    ("New York City", "New York - New York City"),
    ("SF", "San Francisco, CA - US"),
    ("San Francisco", "San Fransisco, CA "),
    ("LA", "California - LA"),
    ("TLV", "Israel, Tel Aviv"),
    ("Tel Aviv", "Tel Aviv-Yafo, Tel Aviv District, Israel"),
    ("Munich", "München, BY, Germany"),
    ("München", "Germany (Munich- Hybrid)"),
    ("Prague", "Praha-Štěrboholy, Hlavní město Praha, Czechia"),
    ("Warsaw", "PL-Warsaw-Lixa C"),
    ("Bangalore", "Bengaluru, KA, India"),
    ("Bangalore", "hosur road bangalore, , India"),
    ("Mumbai", "Bombay"),
    ("Gurgaon", "Gurugram, Haryana, India"),
    ("Saigon", "Thành phố Hồ Chí Minh, Hồ Chí Minh, Vietnam"),
    ("Istanbul", "İstanbul, , Turkey"),
    ("Izmir", "İzmir, , Turkey"),
    ("Cologne", "Köln"),
    ("Vienna", "Wien, Wien, Austria"),
    ("Lisbon", "Lisboa, , Portugal"),
    ("Milan", "Milano, , Italy"),
    ("Venice", "Venezia, Italy"),
    ("Seville", "Sevilla"),
    ("Brussels", "Bruxelles, , Belgium"),
    ("Antwerp", "Antwerpen, Antwerp, Belgium"),
    ("Geneva", "Genève"),
    ("Copenhagen", "København"),
    ("Kyiv", "Kiev"),
    ("Kraków", "EMEA - Poland - Kraków - Lubomirskiego"),
    ("Tokyo", "東京"),
    ("Changsha", "长沙, CHINA, China"),
    ("Shanghai", "上海市"),
    ("Москва", "Moscow, Russia"),
    ("São Paulo", "Brazil - Sao Paulo"),
    ("Mexico City", "CDMX"),
    ("Montreal", "Montréal, QC, CAN"),
    ("Toronto", "CA-Ontario-Toronto"),
    ("Frankfurt", "Frankfurt am Main, HE, Germany"),
    ("Saint Louis", "St. Louis, MO"),
    ("Fort Worth", "Dallas/Ft. Worth, TX"),
    ("Washington DC", "Washington - DC"),
    ("Princeton", "Princeton, New Jersey, United States"),
    ("Odessa", "Odesa, Ukraine"),
    ("Washington, D.C.", "Washington, District of Columbia, United States"),
    ("Minneapolis", "1000 Nicollet Mall, Minneapolis,MN 55403-2542"),
    ("Brooklyn Park, MN", "7000 Target Pkwy N,NCD-0375 Brooklyn Park,MN 55445"),
    ("Dublin", "Dublin, IE"),
    ("Singapore", "Singapore, , Singapore"),
    ("Seattle", "US-SF-HQ, US-NYC, US-CHI, US-SEA"),
    ("USA", "America"),
    ("UK", "GBR"),
    ("Holland", "Netherlands"),
    ("Czech Republic", "Czechia"),
    ("Turkey", "Türkiye"),
    ("South Korea", "Korea"),
    ("UAE", "United Arab Emirates"),
    ("Germany", "Deutschland"),
    ("California", "CA"),
    ("Texas", "tx"),
    ("Ontario", "Ontario, Canada"),
    ("Bavaria", "Bayern"),
    ("San Francisco Bay Area", "Bay Area"),
    ("Upper Marlboro, MD", "MD - Upper Marlboro"),
    ("Pawleys Island, South Carolina", "SC - Pawleys Island"),
    ("Kent", "Kent, WA"),
    ("Surrey", "Surrey, BC"),
    ("Norfolk", "Norfolk, Virginia"),
    ("Cornwall", "Cornwall, Ontario"),
    ("columbus, in", "IN - Columbus"),
    ("paris tx", "Paris, Texas, United States"),
    ("columbia, md 21045", "Columbia, MD"),
    ("pembroke, ma", "MA - Pembroke"),
    ("pembroke, ma 02359", "MA - Pembroke"),
    ("Singapore, MI", "MI - Singapore"),
    ("Washington, DC", "DC"),
    ("Washington, DC", "AMER - United States - District of Columbia - Offsite/Home"),
    ("Guatemala City", "Guatemala, , Guatemala"),
    ("O'Fallon, MO", "MO - O Fallon"),
    ("Chicago", "Chicago-525 West Monroe"),
    ("Portland, ME", "Portland, ME 3 days a week"),
    ("Munich", "D-80331 München"),
    ("South Lake Union, Washington", "South Lake Union, WA"),
    ("South Lake Union, WA", "WA - South Lake Union"),
]

WITHIN = [
    ("New York", "NYC"),
    ("New York", "NY - Ozone Park"),
    ("New York City", "NY - Brooklyn"),
    ("New York City", "Manhattan, New York"),
    ("California", "CA - Whittier"),
    ("California", "US, CA, Santa Clara"),
    ("Texas", "Dallas/Ft. Worth, TX"),
    ("Indiana", "Greenwood,IN 46143"),
    ("Illinois", "University Park. IL"),
    ("Virginia", "Richmond VA"),
    ("Virginia", "USA.VA.Reston"),
    ("New Jersey", "NJ - Ledgewood"),
    ("Georgia", "USA, GA, Atlanta"),
    ("Georgia", "Tbilisi, , Georgia"),
    ("Oregon", "portland, or"),
    ("Kansas", "KS - Kansas City"),
    ("Pennsylvania", "02784 - Pennsylvania CVS Pharmacy, L.L.C."),
    ("United States", "MI - Saginaw"),
    ("United States", "New York, New York"),
    ("USA", "PR - San Juan"),
    ("Canada", "Toronto, ON, CAN"),
    ("Canada", "British Columbia, CAN"),
    ("Ontario", "London, Ontario, Canada"),
    ("India", "Mohali, IND"),
    ("India", "IN - Bangalore, India"),
    ("India", "IND.Pune"),
    ("Maharashtra", "Pune, IND"),
    ("Germany", "Munich"),
    ("Germany", "berlin, , Germany"),
    ("Germany", "Waiblingen, BW, Germany"),
    ("Germany", "Bassenheim, Rheinland-Pfalz, Germany"),
    ("Bavaria", "Haßfurt, BY, Germany"),
    ("Spain", "Alcobendas, MD, Spain"),
    ("Spain", "Barcelona, CT, Spain"),
    ("Nigeria", "Ikeja, LA, Nigeria"),
    ("UK", "GB-London"),
    ("England", "London, UK"),
    ("Scotland", "Glenrothes, FIFE, United Kingdom"),
    ("Ireland", "IRL - Galway"),
    ("Vietnam", "VNM.Da Nang"),
    ("China", "PRC, Shanghai"),
    ("China", "济南, , China"),
    ("Mexico", "CELAYA PLANTA, , Mexico"),
    ("Mexico", "Monterrey, N.L., Mexico"),
    ("Philippines", "Taguig, , Philippines"),
    ("EU", "Berlin"),
    ("EMEA", "Dubai, , United Arab Emirates"),
    ("NRW", "Köln"),
    ("NSW", "Sydney, Australia"),
    ("DACH", "Frauenfeld, TG, Switzerland"),
    ("Nordics", "Espoo, Uusimaa, Finland"),
    ("Benelux", "Bleiswijk, South Holland, Netherlands"),
    ("APAC", "AU-Canberra-MSO"),
    ("LATAM", "Bogota, Colombia"),
    ("Europe", "Kyiv, , Ukraine"),
    ("Middle East", "Israel, Yokneam"),
    ("UK&I", "Dublin - IE"),
    ("North America", "Vancouver,British Columbia,Canada"),
    ("Bay Area", "San Mateo, CA, United States"),
    ("San Francisco Bay Area", "US-CA-Menlo Park"),
    ("Silicon Valley", "Mountain View, California (HQ)"),
    ("DFW", "TX - Irving"),
    ("Greater Boston", "MA - Watertown"),
    ("DC Metro", "US-VA-McLean"),
    ("Long Island", "NY - Glen Cove"),
    ("Greater London", "Croydon, England"),
    ("Delhi NCR", "Noida, UP, India"),
    ("Rhein-Main", "Offenbach, Germany"),
    ("West Coast", "Washington - Seattle"),
    ("New England", "CT - Hartford"),
    ("Southeast US", "GA - Atlanta"),
    ("Berlin or Munich", "München"),
    ("Chicago area", "Oak Brook, IL, United States"),
    ("us", "Austin, TX"),
    ("near Boston", "Boston, MA"),
    ("Kent", "Maidstone, Kent, UK"),
    ("Surrey", "Guildford, Surrey, United Kingdom"),
    ("Yorkshire", "Leeds, West Yorkshire"),
    ("Yorkshire", "Sheffield"),
    ("Sussex", "Brighton, East Sussex"),
    ("Norfolk", "Norwich"),
    ("Hampshire", "Southampton, UK"),
    ("County Durham", "Darlington, England"),
    ("England", "Kent"),
    ("King County", "Kent, WA"),
    ("Cook County, IL", "Evanston, IL"),
    ("Westchester", "White Plains, NY"),
    ("Bay Area", "San Mateo County, CA"),
    ("Bay Area", "Silicon Valley"),
    ("South Florida", "Broward County, FL"),
    ("New York Metro", "Nassau County, NY"),
    ("Yorkshire", "West Yorkshire"),
    ("Texas", "Harris County"),
    ("Boston", "7 Allstate Rd, Dorchester,MA 02125-1663"),
    ("Greater Helsinki", "Vantaa, Finland"),
    ("Greater Sacramento", "CA - Rancho Cordova"),
    ("Fife", "Glenrothes, FIFE, United Kingdom"),
    ("Guanajuato", "León, Guanajuato, Mexico"),
    ("Chihuahua", "Juárez, Chih., Mexico"),
    ("Canton of Zug", "Steinhausen, ZG, Switzerland"),
    ("São Paulo State", "Campinas, SP, Brazil"),
    ("Canada", "US & Canada"),
    ("Ireland", "UK and Ireland"),
]

ELSEWHERE = [
    ("California", "Toronto, ON, CAN"),
    ("California", "CA-Toronto, CA-Montreal, CA-Vancouver "),
    ("New York City", "NY - Buffalo"),
    ("New York, NY", "NY - Buffalo"),
    ("London", "London, Ontario, Canada"),
    ("London, Ontario", "London, UK"),
    ("Paris", "Paris, Texas, United States"),
    ("Paris", "Paris, ID"),
    ("Paris, TX", "Paris, France"),
    ("Dublin", "Dublin, Ohio"),
    ("Athens", "GA - Athens"),
    ("Naples", "FL - Naples"),
    ("Birmingham", "Birmingham, AL"),
    ("Vancouver", "Vancouver, Washington, United States"),
    ("Portland, Oregon", "Portland, ME"),
    ("Berlin", "Berlin, NJ"),
    ("Washington", "Washington, DC"),
    ("Washington, DC", "Seattle, Washington, United States"),
    ("India", "Indiana - Indianapolis"),
    ("Indiana", "IN-Pune"),
    ("Indiana", "India - Hyderabad"),
    ("Israel", "IL - Chicago"),
    ("Illinois", "IL - Tel Aviv, Israel"),
    ("Oregon", "London OR Dublin"),
    ("Delaware", "DE-Berlin-Trion Building"),
    ("Louisiana", "Ikeja, LA, Nigeria"),
    ("Maryland", "Alcobendas, MD, Spain"),
    ("Connecticut", "Barcelona, CT, Spain"),
    ("Saudi Arabia", "Magdeburg, SA, Germany"),
    ("Malta", "NY - Malta"),
    ("Mexico", "US, New Mexico, Albuquerque"),
    ("Virginia", "WV - Martinsburg"),
    ("Kansas", "Kansas City, MO"),
    ("York", "New York"),
    ("Ireland", "Belfast, Northern Ireland, United Kingdom"),
    ("Nebraska", "1090 73rd Ave NE, Fridley,MN 55432-3407"),
    ("Santa Monica", "11840 W. Santa Monica Blvd, Los Angeles,CA 90025-2202"),
    ("Albany", "11502 - CVS Albany, L.L.C."),
    ("Greenfield, IN", "Greenfield, OH"),
    ("Greenwood, IN", "Indianapolis, IN"),
    ("Upper Marlboro, MD", "MD - Baltimore"),
    ("Bay Area", "CA - Fresno"),
    ("EU", "London"),
    ("EU", "Zurich, Switzerland"),
    ("DACH", "Paris"),
    ("APAC", "Berlin"),
    ("Berlin", "Germany"),
    ("Germany", "2 Locations"),
    ("United States", "HQ"),
    ("United States", "Field"),
    ("United States", "N/A"),
    ("United States", "Distribution Center 12"),
    ("Nowhere Special", "Berlin"),
    ("Kent", "London, UK"),
    ("Norfolk, VA", "Norwich"),
    ("Norwich", "Norfolk"),
    ("Hampshire", "Manchester, New Hampshire"),
    ("New Hampshire", "Southampton, Hampshire"),
    ("Cornwall, Ontario", "Truro, Cornwall"),
    ("Surrey, BC", "Guildford, Surrey"),
    ("King County", "Tacoma, WA"),
    ("Broward", "Miami, FL"),
    ("Nassau County", "Nassau, Bahamas"),
    ("North Yorkshire", "Yorkshire"),
    ("Silicon Valley", "San Francisco Bay Area"),
    ("columbus, in", "Columbus, OH"),
    ("paris tx", "Paris"),
    ("Florida", "136 Madison Ave, FL 16, New York,NY 10016-6786"),
    ("Louisiana", "Chicago-525 West Monroe"),
    ("United States", "Hemaraj Eastern Seaboard Industrial Estate, RAYONG, Thailand"),
    ("Berlin", "Berlin, CT"),
    ("Berlin, CT", "Berlin, , Germany"),
    ("Moscow, VT", "Moscow"),
    ("Singapore", "Singapore, MI"),
    ("Beijing", "Peking, Illinois"),
]

REMOTE = [
    ("New York", "Remote - US"),
    ("Toronto", "Remote (Canada)"),
    ("Toronto", "CA Remote (BC & ON only); U.S. Remote"),
    ("Germany", "Remote-EMEA"),
    ("India", "Remote - APAC"),
    ("Brazil", "Remote - LATAM"),
    ("Berlin", "Anywhere in Europe"),
    ("United States", "Remote - California"),
    ("Texas", "US-TX-Remote"),
    ("Hawaii", "Mountain View, CA / Remote (Continental US + Hawaii + Canada Only)"),
    ("Nova Scotia", "Canada - Remote (ON, AB, BC, or NS Only)"),
    ("Ohio", "OH - Work from hom"),
    ("Spain", "Remote - Flexible"),
    ("Toronto", "Remote - US or Canada"),
    ("Texas", "US or Canada (Remote)"),
    ("Texas", "Portland, OR, or Remote within Canada or United States"),
    ("Singapore", "Remote - India or Singapore"),
    ("Remote - US or Canada", "Canada (Remote)"),
    ("Brazil", "Remote - EST"),
    ("Brazil", "Remote (CT hours)"),
    ("Estonia", "Remote - Tallinn, EST"),
    ("Texas", "Remote - US (EST)"),
    ("Pune", "Remote - India (IST)"),
    ("Texas", "Remote - US, Central time zone"),
    ("Brazil", "Remote - Pacific Time"),
    ("Boston", "Remote - US, East"),
    ("New York", "Remote, US (East)"),
    ("California", "Remote - US - West"),
    ("Munich", "Remote - Germany, South"),
    ("Portugal", "Remote - PT"),
    ("New Orleans", "LA - Work from home"),
    ("Louisiana", "Remote, LA"),
    ("UK", "UK - Remote"),
    ("Los Angeles", "LA (Remote)"),
    ("Portugal", "Remote - ES, PT"),
]

NOT_FROM_THERE = [
    ("Germany", "Remote - US"),
    ("Canada", "Remote - US"),
    ("New York", "US, CA, Remote"),
    ("Texas", "AZ - Work from home"),
    ("Poland", "Remote-Western Europe"),
    ("Germany", "Remote (North America)"),
    ("France", "Netherlands (Remote)"),
    ("Potsdam", "Remote - US or Berlin"),
    ("Munich", "Remote - US or Nanekarwadi, Germany"),
    ("Remote - US or Canada", "Toronto, Canada"),
    ("Estonia", "Remote - India (EST Hours)"),
    ("Estonia", "Remote - US (EST)"),
    ("Ethiopia", "Remote - US, ET"),
    ("Portugal", "Remote US (PT)"),
    ("Istanbul", "Remote - India (IST)"),
    ("Los Angeles", "LA - Remote"),
    ("Home, Washington", "AMER - United States - District of Columbia - Offsite/Home"),
    ("Guanajuato, GTO", "León, Guanajuato, Mexico"),
    ("São Paulo", "Campinas, SP, Brazil"),
    ("Mexico", "Remote - US & Canada"),
    ("California", "Remote - US, East"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_a_place_are_that_place_in_both_directions(one: str, other: str) -> None:
    assert lies_in(one, other)
    assert lies_in(other, one)


@pytest.mark.parametrize(("asked", "offered"), [*WITHIN, *REMOTE])
def test_a_place_lies_in_what_contains_it(asked: str, offered: str) -> None:
    assert lies_in(asked, offered)


@pytest.mark.parametrize(("asked", "offered"), [*ELSEWHERE, *NOT_FROM_THERE])
def test_a_place_does_not_lie_in_another(asked: str, offered: str) -> None:
    assert not lies_in(asked, offered)


@pytest.mark.parametrize(
    "text",
    ["2 Locations", "HQ", "Field", "Distribution Center 12", "N/A", "LOCATION", "In-Office", ""],
)
def test_what_names_no_place_is_known_as_none(text: str) -> None:
    assert not job_area(text)


def test_a_text_that_is_not_known_is_looked_for_word_by_word() -> None:
    assert lies_in("Widget Works", "The Widget Works, Springfield, IL")
    assert lies_in("Widget Works", "The Widget Works")
    assert not lies_in("Widget Works", "The Works")
    assert "widget works" in word_runs("The Widget Works; 2nd floor")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Berlin", CITY), ("Germany", COUNTRY), ("Texas", REGION),
        ("Bay Area", PART), ("EMEA", WORLD),
    ],
)  # fmt: skip
def test_each_place_is_of_a_kind(text: str, kind: str) -> None:
    known = gazetteer()
    place = known.senses(text.lower())[0][0]
    assert known.kind(place) == kind
    assert place in known.closure(place)


def test_a_container_named_with_a_place_is_not_named_itself() -> None:
    assert job_area("Munich, Bavaria, Germany").own == job_area("Munich").own
    assert job_area("Germany, Berlin, Munich").own == job_area("Berlin; Munich").own
    assert len(job_area("United States / Canada").own) == 2


def test_towns_the_gazetteer_lacks_are_names_in_what_contains_them() -> None:
    assert lies_in("Nanekarwadi, India", "Nanekarwadi, MH, India")
    assert lies_in("Maharashtra", "Nanekarwadi, MH, India")
    assert not lies_in("Nanekarwadi, Kerala", "Nanekarwadi, MH, India")
    assert not lies_in("Chesterfield, Virginia", "MI - Chesterfield")


def test_a_long_text_beside_a_place_is_no_town() -> None:
    text = "all of the very many words that a note can have, Ohio"
    assert job_area(text).own == job_area("Ohio").own


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("St. John's", "saint johns"),
        ("Trinidad and Tobago", "trinidad tobago"),
        ("Ft. Worth", "fort worth"),
        ("Winston-Salem", "winston salem"),
        ("Zürich", "zurich"),
        ("-", ""),
    ],
)
def test_names_are_spelled_in_one_way(text: str, name: str) -> None:
    assert spelled(text) == name


def test_the_gazetteer_is_read_on_first_use_only() -> None:
    script = (
        "from jobraker_cli.matching.explain import explain\n"
        "from jobraker_cli.matching.gazetteer import gazetteer\n"
        "from jobraker_cli.model import Alert, Job, MatchRules\n"
        "explain(Alert(id='', user_id=''), Job(id='', title='x'), MatchRules())\n"
        "print(gazetteer.cache_info().currsize)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    assert done.stdout == b"0\n"


def test_a_megabyte_of_text_is_read_and_bounded() -> None:
    # what it costs is measured by `make bench-hostile`
    for text in ("San Jose, " * 100_000, "CA-" * 300_000, "springfield " * 90_000, "京" * 300_000):
        assert len(job_area(text).own) < 100
        assert len(alert_area(text).own) < 100


NAMES = st.sampled_from(
    ["Berlin", "Germany", "CA", "IN", "New York", "London", "Ontario", "Georgia", "Remote", "EMEA",
     "San Jose", "Paris", "TX", "US", "Foo", "12", "LLC", "Springfield", "Washington", "DC", "LA",
     "Malta", "St.", "Bay Area", "Upper", "Office"]
)  # fmt: skip
JOINTS = st.sampled_from([", ", " - ", "-", " ", "/", " (", ") ", "; ", " & ", " or ", "."])


@given(st.lists(st.tuples(NAMES, JOINTS), max_size=9))
def test_both_sides_know_the_same_places(pieces: list[tuple[str, str]]) -> None:
    text = "".join(name + joint for name, joint in pieces)
    known = job_area(text)
    asked = alert_area(text)
    assert bool(known.own & asked.own) is bool(known)
    assert known.own <= known.within
    assert asked.own <= asked.within


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    assert job_area(text).own <= job_area(text).within
    assert alert_area(text).own <= alert_area(text).within


def test_nearly_all_real_locations_are_known() -> None:
    if not POSTINGS.exists():
        pytest.skip(f"the real postings are not here: {POSTINGS.name}")
    file = sorted(POSTINGS.glob("*.jsonl.gz"))[-1]
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        texts = {place for line in lines for place in json.loads(line).get("locations") or []}
    assert sum(bool(job_area(text)) for text in texts) > 0.93 * len(texts)
