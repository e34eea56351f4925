"""How good a match is, as one number: the lowest is the best, whichever alert it is of.

In order of weight: how well keywords, place and pay fit, then the job's number among all by age.
"""

PAY, PLACE, WIDTH, JOB = 2, 2, 2, 24  # bits of how well each fits, and of a job's number
TIER = PAY + PLACE + WIDTH
JOBS = (1 << JOB) - 1


def rank_of(width: int, place: int, pay: int, job: int) -> int:
    """The rank of a job that fits so well; the newest has the highest number."""
    return ((width << PLACE | place) << PAY | pay) << JOB | JOBS - job


def job_of(rank: int) -> int:
    """The number of the job of a rank."""
    return JOBS - (rank & JOBS)
