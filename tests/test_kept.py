"""What is kept, and what is forgotten."""

from explorer.kept import kept


def made(limit):
    calls = []

    @kept(limit)
    def double(number):
        """Twice as much."""
        calls.append(number)
        return 2 * number

    return double, calls


def test_the_one_unused_for_longest_is_forgotten():
    double, calls = made(2)
    assert [double(i) for i in (1, 2, 1, 3, 1, 2)] == [2, 4, 2, 6, 2, 4]
    assert calls == [1, 2, 3, 2] and len(double) == 2
    assert (double.__name__, double.__doc__) == ("double", "Twice as much.")


def test_the_limit_may_change():
    double, calls = made(3)
    for i in (1, 2, 3, 1):
        double(i)
    double.keep(1)
    assert len(double) == 1 and double(1) == 2 and calls == [1, 2, 3]
    double.keep(2)
    double(2), double(1)
    assert calls == [1, 2, 3, 2] and len(double) == 2
    double.cache_clear()
    assert not len(double) and double(1) == 2 and calls[-1] == 1
