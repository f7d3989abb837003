"""Belegbote's server: the journey of a submission from the phone to the caseworker and back.

The map of this folder; arrows only point down.

main      create_app(config): where all parts meet      cli     the `belegbote` command
serve     web and worker as child processes             worker  claim a job, do it, finish it
demo      an office to try things with; demo_past is what happened there in the weeks before
pusher    one push to its push service, for the worker

web/      the edge to the browser: unpack, call the story, answer
the story, which knows no Flask and no SQL:
  accounts   who is signing in, and as what
  staff      the office's own people, and their teams
  roster     the office's list of people and cases, as CSV: looked at, taken, written
  jobseekers one of them, added or changed by hand, by the list's own rules
  household  who belongs to a case without a sign-in
  letters    who waits for an activation letter, and its one-time code; letter_pdf is it on A4
  envelope   the window of an envelope, on both letters
  manifest   what a phone says it will send
  asks       what the office asks for by a date, and what of it is missing; ask_letter is the same on A4
  messages   what a person and their team write to each other
  intake     a manifest, bytes appended to a page, complete: the receipt
  receipts   the proof of what arrived, signed, and how it is checked; receipt_pdf is the same on A4
  assembly   the scan job: photos become sheets, sheets one PDF
  reading    the read job, later: the document becomes searchable
  numbering  "Seite 2 von 4": what sheets say of themselves, and what is missing by that
  notices    what the office decided: a PDF for one person, made available, read
  showing    the show job: a notice becomes pictures of its pages
  consents   who wants to get notices here instead of by post
  survey     what people think of it, asked after a first receipt
  mydata     everything of one person as a ZIP
  devices    what a phone holds, and what is gone when it comes back empty
  inbox      the team's inbox: queues, in whose hands, what can wait
  finding    what is searched for: how words are compared, and where in a document they stand
  review     one submission at the desk: open, decide, notes, who else looks
  arrangement  how its sheets lie, how they are turned, and what is split off as a paper of its own
  duty       when a caseworker is alerted, when they are away, and who stands in
  notify     an event becomes words, and words a push to every subscription
  alarms     what needs a person: begins once, is told once, ends by itself
  handover   what is accepted goes to the e-file, once; and its acknowledgement
  retention  what is in the e-file long enough is deleted here, provably
  figures    what the head of an office asks for: counts, and no names
  health     is everything fine, and how do we know
  check      has every row its file, every file its row, and does anything hang
  backup     rows and files out of the data folder while everything runs, and back again
store/    the other edge: the only SQL and the only file paths
at the bottom, importing nothing of ours: config, errors, states, holidays, office, words
"""
