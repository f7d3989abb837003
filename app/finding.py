"""What is searched for, and where it is found: how words are compared, and the words that stand in documents.

People type "Mueller", "müller" or "Muller" and mean the same; so umlauts, ß, accents and capitals make no difference,
neither in names nor in what was read from paper.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping

from app.office import Office
from app.store import Store, documents, jobs, texts
from app.store.database import Row

LEAST = 2  # letters; a single one stands on every page
AT_ONCE = 3  # documents that were never read are taken up; one that was just scanned waits for no more of them
AROUND = 5  # words shown before and after what was found
MOST_TEXT = 20_000  # characters of one sheet; more print is on no paper
_UMLAUT = re.compile("([aou])e")
_WORD = re.compile(r"[^\W_]+")


@functools.lru_cache(maxsize=50_000)
def plain(said: str) -> str:
    """Without accents and capitals; ß is ss."""
    letters = unicodedata.normalize("NFKD", said.casefold().replace("ı", "i"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@functools.lru_cache(maxsize=50_000)
def folded(said: str) -> str:
    """As words are compared: plain, and ä, ae and a are the same. A word that is cut short still begins the same."""
    return _UMLAUT.sub(r"\1", plain(said))


def holds(said: str, words: str) -> bool:
    """Whether every word is found in it, whatever the accents, and a BG number without its slashes, too."""
    return all(_stands_in(said, [word]) for word in words.split())


def _stands_in(said: str, names: Iterable[str]) -> bool:
    whole = f"{said} {said.replace('/', '')}"
    return any(plain(name) in plain(whole) or folded(name) in folded(whole) for name in names)


# Documents


def keep(store: Store, submission: str, sheets: Mapping[int, Iterable[str]]) -> None:
    """Keep the words that stand on these sheets of a submission's document, by `n`; sheets without words stand there
    for nothing. Inside the transaction that says which document counts.
    """
    said = {n: " ".join(" ".join(words).split())[:MOST_TEXT] for n, words in sheets.items()}
    texts.put(store.db, submission, {n: (text, " ".join(_tokens(text))) for n, text in said.items()})


def keep_all(store: Store, submission: str, sheets: Mapping[int, Iterable[str]]) -> None:
    """As `keep`, of a whole document: what was known of other sheets of the submission is forgotten."""
    texts.forget(store.db, submission)
    keep(store, submission, sheets)


def kept(store: Store, submission: str) -> dict[int, str]:
    """What is known to stand on the sheets of a submission, by `n`."""
    return texts.of(store.db, submission)


def take_up(store: Store) -> bool:
    """Queue the reading of a few documents that were never read, the newest first, if no other work waits; each once,
    whatever comes of it. False when there are none.
    """
    with store.atomic() as db:
        unread = documents.never_read(db, AT_ONCE)
        for submission in unread if jobs.idle(db, store.now()) else ():
            jobs.add(db, "read", submission, store.now())
    return bool(unread)


def _tokens(said: str) -> list[str]:
    return _WORD.findall(folded(said))


class Search:
    """What somebody looks for among a team's submissions: every word in what is known of a submission, or in its
    document. What the benefit was called before counts as its name, and the other way round.
    """

    def __init__(self, store: Store, office: Office, team: str, words: str) -> None:
        self._db = store.db
        self._wanted = [[word, *_other_names(office, word)] for word in words.split()]
        self._phrases = [_phrases(names) for names in self._wanted]
        self._there = [texts.found(store.db, team, phrases) if phrases else set() for phrases in self._phrases]

    def holds(self, submission: str, said: str) -> bool:
        """Whether every word stands in `said` or on a sheet of the submission."""
        asked = zip(self._wanted, self._there, strict=True)
        return all(submission in there or _stands_in(said, names) for names, there in asked)

    def places(self, said: dict[str, str]) -> dict[str, Row]:
        """Where in their documents these submissions hold what `said` of them does not: `{n, before, word, after}`."""
        shown: dict[str, Row] = {}
        for names, phrases, there in zip(self._wanted, self._phrases, self._there, strict=True):
            missing = [id for id in said if id in there and id not in shown and not _stands_in(said[id], names)]
            for place in texts.places(self._db, missing, phrases) if missing else ():
                shown[place["submission"]] = {"n": place["n"], **_snippet(place["text"], phrases)}
        return shown


def _other_names(office: Office, word: str) -> list[str]:
    """What the benefit is or was called, where the word begins one of its names."""
    names = [*office.benefit.values(), *office.former]
    known = len(word) > 3 and any(folded(name).startswith(folded(word)) for name in names)
    return [name for name in names if known]


def _phrases(names: list[str]) -> list[str]:
    found = (" ".join(_tokens(name)) for name in names)
    return [phrase for phrase in found if len(phrase) >= LEAST]


def _snippet(text: str, phrases: list[str]) -> Row:
    """The first of the phrases in a text, as it stands there, with some words around it."""
    words = text.split()
    for at in range(len(words)):
        if length := _length(words[at:], phrases):
            before, after = words[max(0, at - AROUND) : at], words[at + length : at + length + AROUND]
            return {"before": " ".join(before), "word": " ".join(words[at : at + length]), "after": " ".join(after)}
    return {"before": "", "word": " ".join(words[:AROUND]), "after": ""}


def _length(words: list[str], phrases: list[str]) -> int:
    """How many of these words one of the phrases takes up that begins in the first of them; 0: none does."""
    for phrase in phrases:
        for length in range(1, phrase.count(" ") + 2):
            here = " " + " ".join(_tokens(" ".join(words[:length])))
            if 0 <= here.find(f" {phrase}") <= len(" ".join(_tokens(words[0]))):
                return length
    return 0
