from __future__ import annotations

import pytest

from colophon.errors import PlugInError
from colophon.pipeline.failures import carried, error_behind, surfacing

ERROR = PlugInError("colophon.analyzers", "toy", "toys:TOY", "the name is taken")
STEP = " [while running 'Scan/ParDo(_ReadShard)']"


@pytest.mark.parametrize(
    "failure",
    [
        PlugInError(ERROR.group + STEP, ERROR.name, ERROR.entry_point, ERROR.problem),
        RuntimeError(f"{carried(ERROR)}{STEP}"),
    ],
    ids=["raised_again", "carried"],
)
def test_an_error_of_a_worker_does_not_name_the_step_of_the_engine(failure: Exception) -> None:
    error = error_behind(failure)
    assert isinstance(error, PlugInError)
    assert str(error) == str(ERROR)


def test_a_failure_of_another_kind_is_no_error_of_the_program() -> None:
    assert error_behind(ValueError(f"a value{STEP}")) is None


def test_an_error_of_the_setup_of_a_step_is_carried_as_those_of_its_work_are() -> None:
    @surfacing()
    def setup() -> None:
        raise ERROR

    with pytest.raises(RuntimeError) as raised:
        setup()
    assert str(error_behind(RuntimeError(f"In a worker: {raised.value}{STEP}"))) == str(ERROR)
