"""What is claimed of the gate, on the half of the labelled set that it was not tuned on."""

from eval import phi


def flagged(texts: list[phi.Text], *, certain: bool = False) -> float:
    found = [phi.gate(text.registry).findings(text.text) for text in texts]
    return sum(any(f.certain or not certain for f in of) for of in found) / len(texts)


def test_of_texts_with_identifiers_99_in_100_are_held_from_a_cloud() -> None:
    assert flagged(phi.identifying("report")) >= 0.99


def test_of_registry_questions_at_most_1_in_100_is_taken_for_an_identifier() -> None:
    assert flagged(phi.harmless("report"), certain=True) <= 0.01


def test_of_registry_questions_at_most_5_in_100_are_held_from_a_cloud() -> None:
    assert flagged(phi.harmless("report")) <= 0.05


def test_the_set_is_large_and_its_halves_have_nothing_in_common() -> None:
    tune, report = phi.identifying("tune"), phi.identifying("report")
    assert len(tune) + len(report) >= 600
    assert {text.category for text in report} == set(phi.content()["texts"]) and len(phi.content()["texts"]) == 18
    assert not {text.text for text in tune} & {text.text for text in report}
    asked = phi.harmless("tune"), phi.harmless("report")
    assert sum(map(len, asked)) >= 300
    assert not {text.text for text in asked[0]} & {text.text for text in asked[1]}


def test_an_identifier_is_covered_only_if_all_of_it_is() -> None:
    text = "patient Zbigniew Okonjo"
    (found,) = [f for f in phi.gate("b").findings(text) if f.certain]
    assert phi.covered([(8, 23)], [found])
    assert not phi.covered([(0, 23)], [found])


def test_the_command_prints_every_identifier_and_every_way_to_write_it() -> None:
    lines: list[str] = []
    phi.report("report", misses=False, out=lines.append)
    printed = "\n".join(lines)
    for name in (*phi.content()["texts"], *phi.ENCODINGS, "false alarms"):
        assert f"\n{name}" in printed
