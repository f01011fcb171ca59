"""The points that texts are placed among."""

import json

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from matching.scoring import topics, vectors


def test_clusters_are_the_middles_of_what_lies_together():
    chance = np.random.default_rng(1)
    middles = np.eye(3, 8, dtype=np.float32)
    near = np.concatenate([middle + chance.normal(scale=0.05, size=(40, 8)) for middle in middles]).astype(np.float32)

    found = topics.clusters(topics._unit(near), 3)

    assert sorted((found @ middles.T).argmax(axis=1).tolist()) == [0, 1, 2]
    assert (found @ middles.T).max(axis=1).min() > 0.99
    np.testing.assert_array_equal(found, topics.clusters(topics._unit(near), 3))


def test_points_are_stored_in_eight_bits_and_point_where_they_did():
    chance = np.random.default_rng(2)
    places = topics._unit(chance.normal(size=(50, 384)).astype(np.float32))
    query, passage = chance.normal(size=(2, 384)).astype(np.float32)

    found = vectors.parse(vectors.packed(places, query, passage))

    assert (found.places * places).sum(axis=1).min() > 0.999
    np.testing.assert_array_equal(found.query, query)
    np.testing.assert_array_equal(found.passage, passage)


def test_too_few_titles_make_no_points(tmp_path):
    file = tmp_path / "titles.jsonl"
    file.write_text(json.dumps({"title": "铜合金线材"}) + "\n")

    with pytest.raises(CommandError, match="1 titles are fewer than 2000"):
        call_command("make_topics", "--titles", str(file), "--demands", str(file), "--out", str(tmp_path / "out.bin"))
    assert not (tmp_path / "out.bin").exists()
