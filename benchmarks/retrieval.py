"""Retrieval beside bm25s on the same entries and questions: time a question, time to build, memory.

python -m benchmarks.retrieval ours|bm25s ENTRIES prints the measurements of one engine as JSON, in a process of its own
so that memory is counted for it alone.
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.figure import Figure

SMALL, LARGE = 2_000, 100_000
QUESTIONS = 300
MOST_MS = {SMALL: 3.0, LARGE: 20.0}
MOST_BUILDING_S = {SMALL: 10.0, LARGE: 600.0}
MOST_MB = {SMALL: 600.0, LARGE: 4000.0}
_SEED = 20261126
_WORDS = 6_000
_CHINESE = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严"  # noqa: E501


@dataclass(frozen=True, slots=True)
class Measured:
    """What one engine took."""

    build_s: float
    median_ms: float
    resident_mb: float


@dataclass(frozen=True, slots=True)
class Corpus:
    """Invented entries, half of them Chinese, and questions about them."""

    titles: list[str]
    answers: list[str]
    questions: list[str]


def invent(entries: int) -> Corpus:
    """The same entries and questions every time."""
    drawn = random.Random(_SEED)
    chinese = ["".join(drawn.choices(_CHINESE, k=drawn.choice((2, 2, 2, 3)))) for _ in range(_WORDS)]
    english = ["".join(drawn.choices("bcdfghklmnprstvw", k=1) + drawn.choices("aeiou", k=1)) for _ in range(80)]
    latin = ["".join(drawn.choices(english, k=drawn.choice((2, 3, 3, 4)))) for _ in range(_WORDS)]
    # As in any language: a few words everywhere, most of them seldom.
    often = [1 / (rank + 10) for rank in range(_WORDS)]

    def say(number: int, length: int) -> str:
        words, gap = (latin, " ") if number % 2 else (chinese, "")
        return gap.join(drawn.choices(words, often, k=length))

    titles = [say(number, drawn.randint(4, 9)) for number in range(entries)]
    answers = [say(number, drawn.randint(20, 40)) for number in range(entries)]
    questions = []
    for _ in range(QUESTIONS):
        number = drawn.randrange(entries)
        questions.append(f"{titles[number]} {say(number, 2)}")
    return Corpus(titles, answers, questions)


def measure_ours(corpus: Corpus) -> Measured:
    """The finder of the product."""
    from knowledge.finder import Finder  # noqa: PLC0415 - each engine loads only what it needs
    from knowledge.searchable import Asked, Entry  # noqa: PLC0415 - see above

    entries = [
        Entry(f"entry-{number:06}", "1", (Asked(title),), (answer,))
        for number, (title, answer) in enumerate(zip(corpus.titles, corpus.answers, strict=True))
    ]
    started = time.perf_counter()
    finder = Finder(entries)
    return _asked(lambda question: finder.find(question, None), corpus, time.perf_counter() - started)


def measure_bm25s(corpus: Corpus) -> Measured:
    """bm25s over the same texts, cut into the same words."""
    import bm25s  # noqa: PLC0415 - each engine loads only what it needs

    from knowledge.normalise import fold  # noqa: PLC0415 - see above
    from knowledge.views import split_words  # noqa: PLC0415 - see above

    texts = [f"{title}\n{answer}" for title, answer in zip(corpus.titles, corpus.answers, strict=True)]
    started = time.perf_counter()
    retriever = bm25s.BM25()
    retriever.index([split_words(fold(text)) for text in texts], show_progress=False)
    built = time.perf_counter() - started
    return _asked(
        lambda question: retriever.retrieve([split_words(fold(question))], k=10, show_progress=False), corpus, built
    )


def _asked(ask: Callable[[str], object], corpus: Corpus, built: float) -> Measured:
    for question in corpus.questions[:20]:
        ask(question)
    took = []
    for question in corpus.questions:
        started = time.perf_counter()
        ask(question)
        took.append(time.perf_counter() - started)
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measured(built, 1000 * statistics.median(took), resident)


ENGINES: dict[str, Callable[[Corpus], Measured]] = {"ours": measure_ours, "bm25s": measure_bm25s}


def retrieval(_folder: Path) -> list[Figure]:
    """Every measurement at both sizes, beside bm25s."""
    return [figure for entries in (SMALL, LARGE) for figure in _compare(entries)]


def _compare(entries: int) -> list[Figure]:
    ours, bare = _in_a_process("ours", entries), _in_a_process("bm25s", entries)
    name, note = f"{entries // 1000}k", f"{entries} entries, beside bm25s"
    return [
        Figure(
            f"question_{name}_ms",
            ours.median_ms,
            "ms",
            bare.median_ms,
            MOST_MS[entries],
            less_is_better=True,
            note=note,
        ),
        Figure(
            f"build_{name}_s", ours.build_s, "s", bare.build_s, MOST_BUILDING_S[entries], less_is_better=True, note=note
        ),
        Figure(
            f"index_{name}_mb",
            ours.resident_mb,
            "MB",
            bare.resident_mb,
            MOST_MB[entries],
            less_is_better=True,
            note=note,
        ),
    ]


def _in_a_process(engine: str, entries: int) -> Measured:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.retrieval", engine, str(entries)],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return Measured(**json.loads(done.stdout))


if __name__ == "__main__":
    print(json.dumps(asdict(ENGINES[sys.argv[1]](invent(int(sys.argv[2]))))))
