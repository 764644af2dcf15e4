"""Expressions that mean something: a hypothesis strategy for formulas with values of every kind."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = ("qty", "price", "note", "flag")

numbers = st.one_of(
    st.integers(-50, 50).map(str),
    st.decimals(-1000, 1000, places=2).map(str),
    st.sampled_from(["0", "1E10", "0.1", "2.345", "40000", "TRUE", '"3"', "qty", "price", "#N/A"]),
)
texts = st.sampled_from(['"abc"', '"Total: "', '""', '"ß – ünï"', '"a""b"', "note", '"😀 smile"', '"12.5"', "1.5"])
tests = st.sampled_from(["TRUE", "FALSE", "flag", "1", "0", '"TRUE"'])
arrays = st.sampled_from(["{1,2,3}", "{1;2}", '{1,"x";TRUE,4}', "{5}", "{#DIV/0!,7}"])


def _numeric(child: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def binary(sign: str) -> st.SearchStrategy[str]:
        return st.tuples(child, child).map(lambda two: f"({two[0]}{sign}{two[1]})")

    def many(name: str) -> st.SearchStrategy[str]:
        return st.lists(child, min_size=1, max_size=4).map(lambda some: f"{name}({','.join(some)})")

    return st.one_of(
        *(binary(sign) for sign in "+-*/^&"),
        *(binary(sign) for sign in ("=", "<>", "<", ">=")),
        *(many(name) for name in ("SUM", "AND", "OR", "CONCATENATE")),
        st.tuples(child, child, child).map(lambda three: f"IF({three[0]},{three[1]},{three[2]})"),
        st.tuples(child, child).map(lambda two: f"IFERROR({two[0]},{two[1]})"),
        st.tuples(child, st.integers(-2, 3)).map(lambda two: f"ROUND({two[0]},{two[1]})"),
        child.map(lambda one: f"INT({one})"),
        child.map(lambda one: f"-{one}"),
        child.map(lambda one: f"{one}%"),
        st.tuples(child, child).map(lambda two: f"MOD({two[0]},{two[1]})"),
        st.tuples(st.integers(0, 4), child, child).map(lambda three: f"CHOOSE({three[0]},{three[1]},{three[2]})"),
        st.tuples(child, child).map(lambda two: f"LET(a,{two[0]},b,a&{two[1]},b=a)"),
        st.tuples(child, child).map(lambda two: f"LAMBDA(x,y,IF(x=y,x,y))({two[0]},{two[1]})"),
        st.tuples(child, child).map(lambda two: f"SWITCH({two[0]},{two[1]},1,2,3,{two[1]})"),
    )


_leaves = st.one_of(numbers, texts, tests, arrays)
expressions = st.recursive(_leaves, _numeric, max_leaves=12).map(lambda text: "=" + text)
