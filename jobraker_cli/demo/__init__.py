"""The show: a made-up job board, real postings files, and a page to look at the mails."""
