from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.reservations.parsing.prose import ProseLine, reservation_in_prose
from tests.hanging import without_hanging


def lines(text):
    return [ProseLine(number, line) for number, line in enumerate(text.split("\n"), 1)]


@pytest.mark.parametrize(
    "text",
    [
        "The use of this content for training AI models is prohibited.",
        "You may not use our articles to train\nor fine-tune large language models.",
        "Training AI models on this site requires prior consent.",
        "We reserve all rights, including text and data mining.",
        "Use for machine learning or AI is not licensed",
        "The publisher expressly reserves its rights in this content for TDM.",
        "RESTRICTIONS ARE EXPRESS RESERVATIONS OF RIGHTS UNDER ARTICLE 4 OF DIRECTIVE 2019/790.",
        "Die Nutzung für Text- und Data-Mining im Sinne von § 44b UrhG bleibt vorbehalten.",
        "Wir untersagen die Verwendung zum Trainieren von KI-Modellen.",
        "L'utilisation de ces contenus pour entraîner une IA est interdite.",
        "Fouille de textes et de données réservée (art. 4 directive (UE) 2019/790).",
        "È vietato addestrare modelli di intelligenza artificiale con questi testi.",
        "Queda prohibido entrenar modelos de IA con este contenido.",
        "É proibido treinar modelos de IA com estes textos.",
        "Zabrania się trenowania modeli AI na tych treściach.",
        "Het is verboden om AI-modellen te trainen met deze teksten.",
        "Tekst- og datamining er forbudt.",
        "You may train AI models on our content only with a licence.",
        "AI training is permitted only with written permission.",
        "KI-Training ist nur mit Zustimmung erlaubt.",
        "KI-Training ist ohne Zustimmung nicht erlaubt.",
        "Pas d'entraînement d'IA sur ce contenu.",
        "Nous n'autorisons pas l'entraînement de modèles d'IA.",
        "Nessun addestramento di IA.",
        "Non autorizziamo l'addestramento di modelli di IA.",
        "Ningún entrenamiento de IA.",
        "No autorizamos el entrenamiento de modelos de IA.",
        "Geen AI-training.",
        "Text en datamining is voorbehouden.",
        "Tekst- en datamining is voorbehouden (art. 15o Auteurswet).",
        "Nie wyrażamy zgody na trenowanie modeli AI.",
        "Nie zezwalamy na eksplorację tekstów i danych.",
        "Eksploracja tekstów i danych jest zastrzeżona.",
        "We do not consent to AI training.",
        "All rights are reserved. This includes the training of AI models.",
        "Alle Rechte vorbehalten. Dies umfasst auch Text und Data Mining.",
        "Our content may not be used to develop AI systems.",
        "The texts of this site are not for AI training.",
        "Text and Data Mining ausgeschlossen.",
        "Die Nutzung zu Zwecken des Text- und Data-Minings ist untersagt.",
        "Toute utilisation pour l'apprentissage de systèmes d'intelligence artificielle est interdite.",
        "L'utilizzo dei contenuti per l'addestramento di sistemi di intelligenza artificiale è vietato.",
        "Se prohíbe el uso de los contenidos para el entrenamiento de inteligencia artificial.",
        "Se reservan los derechos de minería de textos y datos.",
        "Tutti i diritti di text and data mining sono riservati.",
        "Les droits de fouille de textes et de données sont réservés.",
        "AI crawlers may not use this content to train generative AI.",
        "Do not use this site's content to train machine learning models.",
        "No part of this site may be used for training large language models",
        "AI training is prohibited, search indexing is allowed.",
        "Search indexing is allowed, but training of AI models is not.",
        "Using our data for AI training: forbidden",
        "Legal notice: use of content for TDM is expressly reserved per Article 4(3) of Directive (EU) 2019/790",
        "The use of robots or other means, to train AI, without permission is prohibited.",
        "Il est interdit d'utiliser nos contenus pour entraîner des IA.",
        "Wykorzystywanie treści do szkolenia sztucznej inteligencji jest zabronione.",
        "Het gebruik van deze inhoud voor het trainen van AI is niet toegestaan.",
        "Training ML/AI systems with this data is disallowed.",
        "Content may not be scraped for AI training.",
        "ALL AI TRAINING IS FORBIDDEN",
        "We opt out of AI training and data mining",
        "opt-out from text and data mining (TDM)",
        "AI training: no",
        "Fouille de donnees : reservee, entrainement d'IA interdit",
        "Nie zezwala sie na trenowanie modeli AI",
        "Rechtevorbehalt nach § 44b Abs. 3 UrhG",
        "Nutzungsvorbehalt gemäß § 44b UrhG: Text und Data Mining bleibt vorbehalten",
        "Wir behalten uns die Nutzung unserer Inhalte für Text- und Data-Mining ausdrücklich vor.",
        "Usage for Large Language Models (LLM) requires a license.",
    ],
)
def test_a_sentence_that_reserves_training_or_mining_is_found(text):
    assert reservation_in_prose(lines(text)) is not None


@pytest.mark.parametrize(
    "text",
    [
        "We allow AI training.",
        "You may train AI models on this content.",
        "AI training: allowed",
        "AI training: no problem",
        "Block AI training bots",
        "Crawl-delay for AI bots",
        "All rights reserved.",
        "We do not reserve any rights regarding AI training.",
        "Text and data mining is not prohibited here.",
        "Training for our staff is not permitted in the lab.",
        "Trains and models: do not enter the model railway hall",
        "This site is about machine learning. Do not index /private.",
        "KI-Training ist erlaubt.",
        "L'entraînement des modèles est autorisé.",
        "",
        "You may train AI models without asking for permission.",
        "AI training is allowed, but you must not overload the server.",
        "AI training is allowed; do not crawl /private.",
        "Training of AI models is welcome, no licence is needed.",
        "Crawl-delay for AI training bots must not be ignored",
        "Disallow AI training crawlers",
        "# GPTBot is used for training AI models",
        "AI training bots: not allowed in /private",
        "KI-Training ist ohne Zustimmung erlaubt.",
        "L'entraînement de modèles d'IA est permis sans autorisation.",
        "L'addestramento di modelli di IA è consentito senza licenza.",
        "Está permitido entrenar modelos de IA sin autorización.",
        "Trenowanie modeli AI jest dozwolone bez zgody.",
        "AI-training is toegestaan zonder toestemming.",
        "No restrictions on AI training.",
        "There is no prohibition of AI training here.",
        "We do not opt out of text and data mining.",
        "Wir haben keinen Nutzungsvorbehalt nach § 44b UrhG.",
        "Personal training: no model railway visitors",
        "Our training courses must not be recorded.",
        "Train timetable: do not index model pages",
        "Reserved parking for train models",
        "The AI Act (Regulation 2024/1689) applies.",
        "This file does not restrict AI training.",
        "AI training data crawlers, e.g. CCBot, are not blocked",
        "Read our AI policy before crawling",
        "Please do not crawl too fast",
        "robots.txt for training site. Do not index models.",
        "All rights reserved. Model trains shop.",
        "Model train shop - all rights reserved",
        "Trainings & Modelle GmbH. Alle Rechte vorbehalten.",
        "Ski training model 2024 - no entry",
    ],
)
def test_permissions_labels_and_other_subjects_reserve_nothing(text):
    assert reservation_in_prose(lines(text)) is None


def test_an_item_belongs_to_the_heading_above_it():
    text = "## Allowed\n\n- Short quotes\n\n## Not permitted\n\n- Printing\n- Training of language models\n"
    assert reservation_in_prose(lines(text)) == ProseLine(8, "Training of language models")
    assert reservation_in_prose(lines(text.replace("Not permitted", "Welcome"))) is None


def test_the_line_that_speaks_of_the_use_is_quoted():
    text = "Dear reader,\nnobody may use these pages,\nfor training of AI models or otherwise."
    assert reservation_in_prose(lines(text.replace("nobody may use", "you may not use"))) == ProseLine(
        3, "for training of AI models or otherwise."
    )


@given(st.text())
def test_any_text_has_an_answer(text):
    reservation_in_prose(lines(text))


def test_a_permitted_use_beside_a_forbidden_one_is_passed_over():
    text = "Training of AI models is allowed for research, text and data mining is prohibited."
    assert reservation_in_prose(lines(text)) is not None


def test_a_word_without_end_is_searched_in_time():
    for piece in ("train ", "a", "vorbehalt", "no part ", "text ", "without ", "- ", "x: ", "not "):
        with without_hanging():
            reservation_in_prose(lines((piece * 2_000 + "\n") * 200))


@pytest.mark.parametrize(
    "text",
    [
        "Restrictions expressed via content signals are express reservations of rights under Article 4 of 2019/790.",
        "If a Content-Signal says no, you may not train AI models.",
        "All rights are reserved. Our blog tells of training AI models.",
        "We develop AI systems for gardens.",
    ],
)
def test_what_explains_signals_or_continues_no_reservation_is_none(text):
    assert reservation_in_prose(lines(text)) is None
