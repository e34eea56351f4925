"""What the made-up board advertises: roles by trade, skills, pay, and invented companies."""

from dataclasses import dataclass

TRADES = ("tech", "health", "sales", "logistics", "hospitality", "education", "finance", "trades")


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A kind of work: the title's core, what it asks for, and what it pays at mid level.

    `low` and `high` are USD a year; `hourly` roles advertise by the hour.
    """

    trade: str
    title: str
    low: int
    high: int
    hourly: bool
    skills: tuple[str, ...]


def _roles(trade: str, lines: str) -> tuple[Role, ...]:
    roles = []
    for line in lines.strip().splitlines():
        title, low, high, period, skills = line.split("|")
        roles.append(
            Role(
                trade=trade,
                title=title,
                low=int(low) * 1000,
                high=int(high) * 1000,
                hourly=period == "h",
                skills=tuple(skills.split(",")),
            )
        )
    return tuple(roles)


# title | low, high in thousands of USD a year | y(early) or h(ourly) advertised | skills
ROLES = (
    *_roles(
        "tech",
        """
Software Engineer|95|150|y|Python,Java,Go,PostgreSQL,Docker,Kubernetes
Backend Engineer|100|155|y|Python,Django,PostgreSQL,Redis,AWS
Frontend Developer|85|135|y|TypeScript,React,CSS,Accessibility
Full-Stack Developer|90|145|y|Node.js,React,TypeScript,MongoDB
Data Engineer|100|155|y|Python,SQL,Spark,Airflow,dbt
Data Analyst|65|100|y|SQL,Excel,Tableau,R
Data Scientist|105|160|y|Python,R,Machine learning,Statistics
Machine Learning Engineer|120|185|y|Python,PyTorch,AI/ML,Kubernetes
DevOps Engineer|100|150|y|Terraform,AWS,CI/CD,Linux
Embedded Engineer, C++|95|145|y|C++,C,RTOS,Linux
.NET Developer|85|130|y|C#,.NET,Azure,SQL
Product Manager|105|160|y|Roadmaps,Analytics,User research
UX Designer|80|125|y|Figma,Prototyping,User research
IT Support Technician|42|62|h|Windows,Active Directory,Networking
Security Analyst|85|130|y|SIEM,Incident response,Networking
""",
    ),
    *_roles(
        "health",
        """
Registered Nurse|68|98|h|Patient care,BLS,ACLS,EHR
Nurse Practitioner|105|140|y|Primary care,Prescribing,EHR
Pharmacy Technician|36|52|h|Dispensing,Inventory,Customer service
Medical Assistant|36|48|h|Phlebotomy,EHR,Vital signs
Physiotherapist|60|90|y|Rehabilitation,Manual therapy
Care Home Assistant|30|42|h|Personal care,First aid
Dental Hygienist|70|95|h|Scaling,X-ray,Patient education
""",
    ),
    *_roles(
        "sales",
        """
Account Executive|70|130|y|Salesforce,Negotiation,Forecasting
Sales Development Representative|48|75|y|Prospecting,CRM,Cold calling
Customer Success Manager|75|115|y|Onboarding,Renewals,CRM
Store Manager|50|78|y|Merchandising,Rostering,P&L
Retail Associate|30|40|h|Point of sale,Customer service
Marketing Manager|78|120|y|SEO,Campaigns,Copywriting
Customer Service Representative|34|48|h|Zendesk,Phone support
""",
    ),
    *_roles(
        "logistics",
        """
Warehouse Associate|33|46|h|Picking,Packing,RF scanner
Forklift Operator|36|50|h|Counterbalance,Reach truck,Loading
Delivery Driver|36|54|h|Route planning,Driving licence B
Truck Driver, CDL-A|58|88|y|CDL-A,Hours of service
Supply Chain Planner|68|100|y|SAP,Forecasting,Excel
Logistics Coordinator|44|64|y|Incoterms,Excel,Carrier management
""",
    ),
    *_roles(
        "hospitality",
        """
Line Cook|32|44|h|Grill,Food safety,Prep
Sous Chef|46|66|y|Menu planning,Food safety,Costing
Barista|28|36|h|Latte art,Customer service
Hotel Receptionist|32|44|h|Opera PMS,Languages
Housekeeping Supervisor|34|46|h|Rostering,Inspection
""",
    ),
    *_roles(
        "education",
        """
Primary School Teacher|46|70|y|Classroom management,Phonics
Mathematics Teacher|50|76|y|Algebra,Exam preparation
Teaching Assistant|28|38|h|Special needs,Safeguarding
Early Years Educator|32|46|h|Play-based learning,First aid
Instructional Designer|64|95|y|LMS,Storyboarding,Articulate
""",
    ),
    *_roles(
        "finance",
        """
Accountant|58|86|y|IFRS,Excel,Month-end close
Payroll Specialist|50|72|y|ADP,Tax,Excel
Financial Analyst|70|105|y|Modelling,Excel,SQL
Internal Auditor|72|108|y|SOX,Risk assessment
Compliance Officer|75|115|y|AML,KYC,Policy
Bank Teller|34|44|h|Cash handling,Customer service
""",
    ),
    *_roles(
        "trades",
        """
Electrician|50|82|h|Wiring,Conduit,Blueprints
Plumber|50|84|h|Pipefitting,Soldering
HVAC Technician|48|76|h|Refrigeration,EPA 608
Welder|44|68|h|MIG,TIG,Blueprints
CNC Machinist|46|70|h|G-code,Milling,Metrology
Carpenter|42|66|h|Framing,Finishing
""",
    ),
)

# Coined words, so that no real employer is meant; a company is one of these and a trade's word.
STEMS = tuple(
    """Tarnwick Orrowen Velmora Quenby Lindhask Brackfold Sollume Nettlegate Ferrowake Opaldene
Marrowick Kestlund Hollinbrae Wrenfallow Castermoor Dunvarra Elmspindle Thistlecore Umberlane
Pellwood Zephrane Ashquillon Briarvolt Corvantis Driftmoor Evenholt Fennimark Galdrake Harrowsea
Ibexley Juniptor Korvale Larkmantle Mossgrave Norrhaven Oakvellum Pinegarth Quillmere Rookstead
Saltmarrow""".split()  # noqa: SIM905 - a list reads no better
)
SUFFIXES = {
    "tech": ("Labs", "Software", "Systems", "Cloud", "GmbH", "Robotics"),
    "health": ("Health", "Clinics", "Care Group", "Medical"),
    "sales": ("Retail", "& Co.", "Brands", "Outfitters"),
    "logistics": ("Logistics", "Freight", "Supply", "Couriers"),
    "hospitality": ("Hotels", "Kitchens", "Café", "Resorts"),
    "education": ("Academy", "Schools Trust", "Learning", "College"),
    "finance": ("Capital", "Savings", "Mutual", "& Partners LLP"),
    "trades": ("Electric", "Fabrication", "Building Services", "Works"),
}

LEVELS = {"entry": "Junior", "mid": "", "senior": "Senior", "lead": "Lead", "executive": "Head of"}
LEVEL_WEIGHTS = {"entry": 16, "mid": 46, "senior": 26, "lead": 10, "executive": 2}
LEVEL_PAY = {"entry": 0.72, "mid": 1.0, "senior": 1.3, "lead": 1.5, "executive": 1.9}
TAILS = (" II", ", Growth Team", " | Hiring now", " - 12 Month Contract", " (Relocation)")
HOURLY_TAILS = (" - Nights", " - Weekends", " (Immediate start)", " | Hiring now", ", 2nd Shift")

OPENINGS = (
    "{company} is looking for a {title} to join the team in {city}.",
    "We are {company}. From {city} we look after customers who count on us every day.",
    "Your next step: {title} at {company}, with people who like to do things properly.",
)
DUTIES = (
    "You will take ownership of {skill} and agree on priorities with your colleagues each week.",
    "Day to day you work with {skill} and {other}, and you say so when something can be simpler.",
    "A typical week has planning on Monday, focused work until Thursday, and a review on Friday.",
    "You will be trained on {other} in your first month by someone who has done it for years.",
)
BENEFITS = (
    "Paid leave, sick pay, and a training budget.",
    "<ul><li>Flexible hours</li><li>Pension from day one</li></ul>",
    "Shift bonus, work clothes, free parking.",
    "",
)

# What anybody may type into a job form; each must arrive in a mail as plain text.
HOSTILE_TITLES = (
    "<script>alert(1)</script> {title}",
    '{title}" onload="alert(2)',
    "=?utf-8?b?DQpCY2M6IHNweUBleGFtcGxlLm9yZw==?= {title}",
    "{title}\r\nBcc: spy@example.org",
    "\x1b[2J\x1b]52;c;ZXZpbA==\x07{title}",
    "{title} \u202e\u2066 gnp.exe\u2028second line",
    "{{{{7*7}}}} {title} [/] [link=https://evil.example]here[/link]",
    "🚀🔥 {title} 👩‍💻 join us!!! 🎉",
    "软件工程师 {title}（上海）",
    "مهندس برمجيات {title} עברית",
    "{title}\u00a0 \x85\x0b\x0c\u200b\ufeff ",
    "{title} " + "& more " * 30,
)
