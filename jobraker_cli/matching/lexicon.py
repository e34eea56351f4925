"""The closed word lists of matching: spellings of one word, and words that are no plural."""

# One word for one thing, after plural folding: the spelling on the left reads as on the right.
SPELLINGS: dict[str, tuple[str, ...]] = {
    "sr": ("senior",),
    "snr": ("senior",),
    "jr": ("junior",),
    "jnr": ("junior",),
    "mgr": ("manager",),
    "asst": ("assistant",),
    "vp": ("vice", "president"),
    "avp": ("assistant", "vice", "president"),
    "evp": ("executive", "vice", "president"),
    "svp": ("senior", "vice", "president"),
    "centre": ("center",),
    "golang": ("go",),
    "cpp": ("c++",),
    "csharp": ("c#",),
    "fsharp": ("f#",),
    "dotnet": (".net",),
    "datacentre": ("datacenter",),
    "cicd": ("ci", "cd"),
    "aiml": ("ai", "ml"),
}

# Written as one word or as two, which is the same; but "care" is no word of "healthcare".
COMPOUNDS: dict[str, tuple[str, str]] = {
    "aftersale": ("after", "sale"),
    "autobody": ("auto", "body"),
    "backend": ("back", "end"),
    "backoffice": ("back", "office"),
    "childcare": ("child", "care"),
    "coop": ("co", "op"),
    "cybersecurity": ("cyber", "security"),
    "database": ("data", "base"),
    "datacenter": ("data", "center"),
    "daycare": ("day", "care"),
    "frontend": ("front", "end"),
    "fullstack": ("full", "stack"),
    "fulltime": ("full", "time"),
    "genai": ("gen", "ai"),
    "healthcare": ("health", "care"),
    "helpdesk": ("help", "desk"),
    "homecare": ("home", "care"),
    "lifecycle": ("life", "cycle"),
    "lifescience": ("life", "science"),
    "macos": ("mac", "os"),
    "microservice": ("micro", "service"),
    "mlops": ("ml", "op"),
    "nonprofit": ("non", "profit"),
    "onsite": ("on", "site"),
    "parttime": ("part", "time"),
    "postproduction": ("post", "production"),
    "postsale": ("post", "sale"),
    "presale": ("pre", "sale"),
    "startup": ("start", "up"),
}

# Neighbours whose parts mean something else alone: "go" is not in "go to market".
FUSED: dict[tuple[str, str], str] = {
    ("go", "to"): "goto",
    ("go", "live"): "golive",
    ("go", "getter"): "gogetter",
    ("go", "ahead"): "goahead",
    ("go", "kart"): "gokart",
    ("to", "go"): "togo",
    ("the", "go"): "thego",
    ("java", "script"): "javascript",
    ("type", "script"): "typescript",
    ("objective", "c"): "objectivec",
    ("c", "level"): "clevel",
    ("c", "suite"): "csuite",
    ("c", "sharp"): "c#",
    ("f", "sharp"): "f#",
    ("dot", "net"): ".net",
    ("dev", "ops"): "devops",
    ("e", "commerce"): "ecommerce",
    ("e", "learning"): "elearning",
    ("e", "mail"): "email",
    ("x", "ray"): "xray",
    ("t", "shirt"): "tshirt",
    ("k", "12"): "k12",
    ("ph", "d"): "phd",
    ("s", "4hana"): "s4hana",
}

# Words of four letters and more that end in s, are no plural, and would read as another word.
SINGULAR_IN_S = frozenset(
    [
        "adas",
        "always",
        "angeles",
        "atlas",
        "canvas",
        "dallas",
        "devops",
        "does",
        "jenkins",
        "kansas",
        "kubernetes",
        "lens",
        "moines",
        "news",
        "pandas",
        "rails",
        "series",
        "species",
        "texas",
        "vegas",
        "windows",
    ]
)

IRREGULAR_PLURALS = {
    "appendices": "appendix",
    "children": "child",
    "feet": "foot",
    "geese": "goose",
    "gurus": "guru",
    "halves": "half",
    "housewives": "housewife",
    "indices": "index",
    "knives": "knife",
    "lives": "life",
    "loaves": "loaf",
    "matrices": "matrix",
    "menus": "menu",
    "mice": "mouse",
    "midwives": "midwife",
    "quizzes": "quiz",
    "shelves": "shelf",
    "teeth": "tooth",
    "thieves": "thief",
    "vertices": "vertex",
    "wives": "wife",
    "wolves": "wolf",
}

# What stands before an apostrophe as a word of its own: l'oreal, d'affaires, dell'arte.
ELISIONS = frozenset(
    ["all", "c", "d", "dell", "j", "l", "m", "n", "nell", "qu", "quest", "s", "sull", "t", "un"]
)

# Ranks stay in front when "Senior Engineer, Software" reads "senior software engineer".
RANKS = frozenset(
    [
        "associate",
        "assistant",
        "chief",
        "deputy",
        "executive",
        "group",
        "head",
        "intern",
        "junior",
        "lead",
        "mid",
        "principal",
        "senior",
        "staff",
    ]
)

# The step that a title ends in: "Engineer, Software II" reads "software engineer ii".
GRADES = frozenset(["i", "ii", "iii", "iv", "v", "1", "2", "3", "4", "5"])

# What a word of a title says of the level; the values are those of the web application.
SENIORITY = {
    "intern": "entry",
    "internship": "entry",
    "trainee": "entry",
    "apprentice": "entry",
    "graduate": "entry",
    "entry": "entry",
    "junior": "entry",
    "mid": "mid",
    "senior": "senior",
    "staff": "lead",
    "principal": "lead",
    "lead": "lead",
    "head": "lead",
    "director": "executive",
    "chief": "executive",
    "vice": "executive",
}

# Words of a title that say nothing of the work.
FILLERS = frozenset(["a", "and", "at", "for", "in", "of", "or", "the", "to", "with"])

# What stands in a company's column when it is not said.
NO_EMPLOYER = frozenset(
    [
        "anonymous",
        "company confidential",
        "confidential",
        "confidential company",
        "n a",
        "na",
        "none",
        "not disclosed",
        "undisclosed",
        "unknown",
    ]
)

# Letters for women, men and others beside a title: (m/w/d), H/F.
MEN = frozenset("mh")
WOMEN = frozenset("wfvk")
GENDERS = MEN | WOMEN | {"d", "x", "i", "n", "div", "divers", "diverse", "gn"}

# Legal forms at the end of a company's name.
LEGAL_FORMS = frozenset(
    [
        "&",
        "ab",
        "ag",
        "bv",
        "co",
        "company",
        "corp",
        "corporation",
        "gmbh",
        "inc",
        "incorporated",
        "kg",
        "limited",
        "llc",
        "llp",
        "ltd",
        "nv",
        "oy",
        "plc",
        "pte",
        "pty",
        "sa",
        "sas",
        "se",
        "srl",
    ]
)
