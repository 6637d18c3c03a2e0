"""What Presidio's pattern recognizers find; run by the Python of `.venv/presidio`, which has nothing of ours.

Reads {id, text} lines from the standard input, writes {"rows": [{id, labels}], "seconds"}. The words around a number
count as they do with a language model: Presidio's own context words are compared with the lower-case words of the text.
"""

import json
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any

import spacy
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, predefined_recognizers
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
from presidio_analyzer.predefined_recognizers import __all__ as NAMES

# Presidio's entities and the label they stand for. Dates, telephone numbers, places and licences of doctors have none.
LABELS = {
    "CREDIT_CARD": "PAYMENT_CARD",
    "US_SSN": "US_SSN",
    "US_ITIN": "US_ITIN",
    "US_BANK_NUMBER": "BANK_ACCOUNT",
    "ABA_ROUTING_NUMBER": "ROUTING_NUMBER",
    "UK_SORT_CODE": "ROUTING_NUMBER",
    "IBAN_CODE": "IBAN",
    "UK_NHS": "MEDICAL_ID",
    "US_MBI": "MEDICAL_ID",
    "MEDICAL_RECORD_NUMBER": "MEDICAL_ID",
    "US_PASSPORT": "GOVERNMENT_ID",
    "UK_PASSPORT": "GOVERNMENT_ID",
    "US_DRIVER_LICENSE": "GOVERNMENT_ID",
    "UK_NINO": "GOVERNMENT_ID",
    "UK_DRIVING_LICENCE": "GOVERNMENT_ID",
    "CA_SIN": "GOVERNMENT_ID",
    "IN_PAN": "GOVERNMENT_ID",
    "IN_AADHAAR": "GOVERNMENT_ID",
    "ES_NIF": "GOVERNMENT_ID",
    "ES_NIE": "GOVERNMENT_ID",
}


class WordsOnly(NlpEngine):
    """Tokens without a trained model: the words themselves, in lower case, are their lemmas."""

    def __init__(self) -> None:
        self._language = spacy.blank("en")

    def load(self) -> None:
        """Nothing to load."""

    def is_loaded(self) -> bool:
        """Always."""
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """The words of one text."""
        tokens = self._language(text)
        lemmas = [token.lower_ for token in tokens]
        places = [token.idx for token in tokens]
        return NlpArtifacts([], tokens, places, lemmas, self, language, scores=[])

    def process_batch(self, texts: Iterable[str], language: str, **_: Any) -> Iterator[tuple[str, NlpArtifacts]]:
        """The words of each."""
        for text in texts:
            yield text, self.process_text(text, language)

    def is_stopword(self, word: str, language: str) -> bool:
        """Whether the word says nothing by itself."""
        return self._language.vocab[word].is_stop

    def is_punct(self, word: str, language: str) -> bool:
        """Whether it is no word."""
        return self._language.vocab[word].is_punct

    def get_supported_entities(self) -> list[str]:
        """None: that would take a model."""
        return []

    def get_supported_languages(self) -> list[str]:
        """English only."""
        return ["en"]


def analyzer() -> AnalyzerEngine:
    """Every recognizer of Presidio that works by pattern and finds something that has a label."""
    registry = RecognizerRegistry(supported_languages=["en"])
    for name in NAMES:
        kind = getattr(predefined_recognizers, name)
        try:
            recognizer = kind(supported_language="en")
        except (TypeError, ImportError, ValueError):
            continue  # takes a model or a service
        if set(recognizer.supported_entities) & set(LABELS):
            registry.add_recognizer(recognizer)
    return AnalyzerEngine(registry=registry, nlp_engine=WordsOnly(), supported_languages=["en"])


def main() -> None:
    """From the standard input to the standard output."""
    messages = [json.loads(line) for line in sys.stdin if line.strip()]
    engine = analyzer()
    wanted = [name for name in engine.get_supported_entities("en") if name in LABELS]
    engine.analyze("warm up 4111111111111111", language="en", entities=wanted)
    start = time.process_time()
    rows = []
    for message in messages:
        found = engine.analyze(message["text"], language="en", entities=wanted)
        labels = [{"type": LABELS[r.entity_type], "start": r.start, "end": r.end, "score": r.score} for r in found]
        rows.append({"id": message["id"], "labels": labels})
    json.dump({"rows": rows, "seconds": time.process_time() - start, "entities": wanted}, sys.stdout)


if __name__ == "__main__":
    main()
