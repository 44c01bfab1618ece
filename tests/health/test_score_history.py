"""The rules of what scores say, on figures made by hand."""

from keras_gan.health.score_history import finished, strayed


def test_finished():
    assert finished(9, [9.0, 8.0, 7.0], True, 3) is None
    assert finished(9, [9.0, 5.0, 7.0, 6.0, 4.0], True, 3) is None
    assert finished(9, [9.0, 5.0, 7.0, 6.0, 4.99], True, 3).signal == "finished"
    assert finished(9, [1.0, 5.0, 2.0, 3.0, 4.0], False, 3).signal == "finished"
    assert finished(9, [1.0, 2.0, 3.0, 4.0, 5.0], False, 3) is None


def test_strayed():
    assert strayed(9, [0.4]) is None
    assert strayed(9, [0.4, 0.1, 0.149]) is None
    assert "is 0.16, and was 0.1 before" in strayed(9, [0.4, 0.1, 0.16]).saw
