"""The sheet of two letters, source by source, as training shows them."""

import numpy as np
from typer.testing import CliRunner

from model.synthetic.strokes import FORMS, StrokeDrawings, read_tdic
from model.workshop.command_line import app
from model.workshop.explaining.pair_sheet import COLUMNS, LEFT, SIDE, pair_sheet
from model.workshop.sources.stored import Written, store
from tests.model.drawings import drawn


def test_each_source_that_has_one_of_the_letters_shows_both_lines() -> None:
    forms = StrokeDrawings("forms", read_tdic(FORMS), run_on={})
    lacking = store("lacking", [Written(drawn("へ", 80), "へ", "w")])
    both, forms_alone = pair_sheet([forms, lacking], "うづ"), pair_sheet([forms], "うづ")
    assert np.array_equal(both, forms_alone)
    assert both.shape[1] > LEFT + COLUMNS * SIDE
    assert pair_sheet([forms, lacking], "うへ").shape[0] > both.shape[0]


def test_what_is_no_pair_is_refused_in_a_sentence() -> None:
    for wrong in ("う", "うづい", "u!"):
        result = CliRunner().invoke(app, ["pairs", wrong])
        assert result.exit_code == 1
        assert "is no pair" in result.output
