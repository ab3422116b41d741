"""Which sides of a procedure a question asks about, told by its words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from knowledge.normalise import fold
from knowledge.procedure import FacetName
from knowledge.wordlists import any_of, wordlist

_CLAUSE_ENDS = re.compile(r"[,，。.?？!！;；:：\n]+")
_JOINTS = re.compile(r"以及|还有|另外|[和与及跟、&]|(?<![a-z0-9])(?:and|or|plus|also)(?![a-z0-9])")
_ASKING = re.compile(
    r"多少|多久|多长|多钱|多快|多大|几|啥|什么|哪|谁|边度|带咩|贵不贵|(?<![a-z])(?:how|what|which|where|when|who)(?![a-z])"
)


def asked_facet(question: str) -> FacetName | None:
    """The one facet that `question` asks about most clearly; None when it asks about the whole."""
    return facet_of(fold(question))


def facet_of(folded: str) -> FacetName | None:
    """The same for a question that is folded already."""
    best: tuple[float, FacetName] | None = None
    for name, cues in _cues().items():
        longest = max((cues.weight(said) for said in cues.pattern.findall(folded)), default=0.0)
        if longest and (best is None or longest > best[0]):
            best = (longest, name)
    return best[1] if best else None


def asked_facets(question: str) -> tuple[FacetName, ...]:
    """Every facet that `question` asks about, in its order; one sentence may ask for several."""
    folded = fold(question)
    clauses = [list(_said_in(clause)) for clause in _CLAUSE_ENDS.split(folded)]
    # "All papers are ready, how much is it?" asks for the fee alone.
    asking = [clause for clause in clauses if any(said.asks for said in clause)] or clauses
    clear = tuple(dict.fromkeys(said.facet for clause in asking for said in clause if not said.weak))
    lone = facet_of(folded)
    return clear or ((lone,) if lone else ())


def without_cues(folded: str) -> str:
    """A folded question with every word blanked that tells a facet, those too that may name the matter itself."""
    blanked = list(folded)
    for cues in _cues().values():
        for found in cues.anywhere.finditer(folded):
            blanked[found.start() : found.end(1)] = " " * len(found[1])
    return "".join(blanked)


def only_cues(folded: str) -> str:
    """The words of a folded question that tell a facet, and no others."""
    blanked = without_cues(folded)
    kept = (" " if rest != " " else sign for sign, rest in zip(folded, blanked, strict=True))
    return " ".join("".join(kept).split())


@dataclass(frozen=True, slots=True)
class _Said:
    """A cue where it stands."""

    start: int
    end: int
    facet: FacetName
    weight: float
    asks: bool
    """The cue is a question by itself, as "how much" is and "fee" is not."""
    weak: bool
    """The cue may mean something else where others are clearer."""
    decides: bool

    def meets(self, others: Iterable[_Said]) -> bool:
        """Whether it overlaps one of the others."""
        return any(self.start < other.end and other.start < self.end for other in others)


def _said_in(clause: str) -> Iterator[_Said]:
    """The cues of a clause that count, in the order of reading."""
    for limb in _JOINTS.split(clause):
        apart: list[_Said] = []
        for said in sorted(_all_said(limb), key=lambda said: -said.weight):
            if not said.meets(apart):
                apart.append(said)
        yield from sorted(_counted(apart), key=lambda said: said.start)


def _counted(heaviest_first: list[_Said]) -> Iterator[_Said]:
    """The clearest cue of a limb, and what it asks besides."""
    if not heaviest_first:
        return
    firm = [said for said in heaviest_first if not said.weak]
    best = (firm or heaviest_first)[0]
    rivals = {rival for said in firm if said.decides for rival in _cues()[said.facet].rivals}
    yield best
    yield from (said for said in firm if said is not best and said.asks and said.facet not in rivals)


def _all_said(limb: str) -> Iterator[_Said]:
    for name, cues in _cues().items():
        for found in cues.anywhere.finditer(limb):
            said = found[1]
            yield _Said(
                start=found.start(),
                end=found.start() + len(said),
                facet=name,
                weight=cues.weight(said),
                asks=_ASKING.search(said) is not None,
                weak=said in cues.weak,
                decides=said in cues.decisive,
            )


@dataclass(frozen=True, slots=True)
class _Cues:
    """The words of one facet, compiled."""

    pattern: re.Pattern[str]
    anywhere: re.Pattern[str]
    """The same, found also where matches overlap."""
    decisive: frozenset[str]
    weak: frozenset[str]
    rivals: frozenset[FacetName]
    """Facets whose words stand in questions about this one."""

    def weight(self, said: str) -> float:
        """How clearly a cue speaks. A Chinese character says as much as about three Latin letters."""
        length = len(said) / 3 if said.isascii() else float(len(said))
        return length * (2 if said in self.decisive else 1)


@cache
def _cues() -> dict[FacetName, _Cues]:
    return {FacetName(name): _compiled(lists) for name, lists in wordlist("facets").items()}


def _compiled(lists: dict[str, list[str]]) -> _Cues:
    topical = lists.get("topical", [])
    pattern = any_of(lists["zh"] + lists["en"] + topical)
    return _Cues(
        pattern=re.compile(pattern),
        anywhere=re.compile(f"(?=({pattern}))"),
        decisive=frozenset(map(fold, lists.get("decisive", []))),
        weak=frozenset(map(fold, lists.get("weak", []) + topical)),
        rivals=frozenset(FacetName(name) for name in lists.get("rivals", [])),
    )
