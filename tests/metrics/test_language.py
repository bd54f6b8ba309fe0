from __future__ import annotations

import pytest

from metrics.language import is_english

ENGLISH = "We show that the model learns from the data, and that it is better than what was known before. " * 3


@pytest.mark.parametrize(
    "text",
    [
        "Attention Is All You Need",
        "Graph Attention Networks",
        "Schrödinger bridges as normalizing flows",
        "MCMC à la Gibbs: what is new",
        "3D-2D and 2D-3D matching in 3D",
        "BERT",
        ENGLISH,
        ENGLISH + "∑ α β γ " * 5,
    ],
)
def test_english_passes(text: str) -> None:
    assert is_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0",
        "12 + 3",
        "深度学习综述",
        "Глубокое обучение",
        "التعلم العميق",
        "Réseaux de neurones pour la vision",
        "Maschinelles Lernen für die Robotik",
        "Redes neuronales para la visión",
        "Aprendizado profundo para visão computacional",
        "Apprendimento della macchina nel tempo con una rete",
        "Derin öğrenme ile görüntü sınıflandırma ve bir uygulama",
        "lorem ipsum dolor sit amet " * 12,
    ],
)
def test_what_is_plainly_something_else_does_not(text: str) -> None:
    assert not is_english(text)
