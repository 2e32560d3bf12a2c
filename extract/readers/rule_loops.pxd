# The C types of `rule_loops.py`.
cimport cython

ctypedef unsigned char Mark

cdef double _COLLINEAR, _BRIDGE, _TOUCH, _DRAWN, _SHORTEST, _APART

@cython.locals(n=Py_ssize_t, begin=double, is_staircase=bint, apart=bint)
cpdef void number(const double[::1] at, long long[::1] line) except *

@cython.locals(n=Py_ssize_t, count=Py_ssize_t, first=Py_ssize_t, reach=double, far=double)
cpdef Py_ssize_t join(
    const double[::1] middle, const long long[::1] line, const double[::1] start, const double[::1] end,
    double[:, ::1] joined
) except -1

@cython.locals(end=double)
cdef Py_ssize_t _add(
    const double[::1] middle, Py_ssize_t line, double start, double reach, double[:, ::1] joined, Py_ssize_t count
) except -1

@cython.locals(r=Py_ssize_t, c=Py_ssize_t, rows=Py_ssize_t, columns=Py_ssize_t, moves=bint)
cpdef void gather(
    const double[:, ::1] across, const double[:, ::1] down, long long[::1] of_row, long long[::1] of_column
) except *

cdef bint _meet(const double[:, ::1] across, Py_ssize_t r, const double[:, ::1] down, Py_ssize_t c) except -1

@cython.locals(
    n=Py_ssize_t, n_edges=Py_ssize_t, units=Py_ssize_t, edge=Py_ssize_t, unit=Py_ssize_t, first=Py_ssize_t,
    last=Py_ssize_t, start=double, end=double,
)
cpdef void draw(
    const double[:, ::1] lines, const double[::1] edges, const double[::1] ticks, double[:, ::1] covered,
    Mark[:, ::1] sides
) except *

@cython.locals(part=double)
cdef double _shared(double start, double end, double low, double high) except? -1

@cython.locals(low=Py_ssize_t, high=Py_ssize_t, at=Py_ssize_t)
cdef Py_ssize_t _nearest(const double[::1] edges, double value) except -1

@cython.locals(
    rows=Py_ssize_t, columns=Py_ssize_t, count=Py_ssize_t, row=Py_ssize_t, col=Py_ssize_t, last_row=Py_ssize_t,
    last_col=Py_ssize_t, r=Py_ssize_t, c=Py_ssize_t,
)
cpdef Py_ssize_t enclose(
    const Mark[:, ::1] above, const Mark[:, ::1] before, Mark[:, ::1] free, long long[:, ::1] blocks
) except -1

@cython.locals(c=Py_ssize_t)
cdef bint _goes_on(
    Py_ssize_t row, Py_ssize_t first, Py_ssize_t last, const Mark[:, ::1] above, const Mark[:, ::1] before,
    const Mark[:, ::1] free
) except -1
