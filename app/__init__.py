"""Belegbote's server: the journey of a submission from the phone to the caseworker and back.

The map of this folder; arrows only point down.

main      create_app(config): where all parts meet      cli     the `belegbote` command
serve     web and worker as child processes             worker  claim a job, do it, finish it
demo      an office to try things with                  pusher  one push to its push service, for the worker

web/      the edge to the browser: unpack, call the story, answer
the story, which knows no Flask and no SQL:
  accounts   who is signing in, and as what
  manifest   what a phone says it will send
  asks       what the office asks for by a date, and what of it is missing
  intake     a manifest, bytes appended to a page, complete: the receipt
  receipts   the proof of what arrived; receipt_pdf is the same on A4
  assembly   the scan job: photos become sheets, sheets one PDF
  reading    the read job, later: the document becomes searchable
  notices    what the office decided: a PDF for one person, made available, read
  showing    the show job: a notice becomes pictures of its pages
  consents   who wants to get notices here instead of by post
  survey     what people think of it, asked after a first receipt
  mydata     everything of one person as a ZIP
  devices    what a phone holds, and what is gone when it comes back empty
  review     the caseworker's desk: inbox, open, decide
  notify     an event becomes words, and words a push to every subscription
  alarms     what needs a person: begins once, is told once, ends by itself
  health     is everything fine, and how do we know
  check      has every row its file, every file its row, and does anything hang
  backup     rows and files out of the data folder while everything runs, and back again
store/    the other edge: the only SQL and the only file paths
at the bottom, importing nothing of ours: config, errors, states, office, words
"""
