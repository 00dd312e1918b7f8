"""What several tests start from."""

import pytest

from assay_training.pairs import PairMaker
from tests.made_up_faces import write_cache


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """Folder as `prepare` leaves it, of made-up faces."""
    folder = tmp_path_factory.mktemp("cache")
    write_cache(folder)
    return folder


@pytest.fixture(scope="module")
def maker(cache):
    """Pairs of the faces to train with."""
    return PairMaker(cache, train=True)
