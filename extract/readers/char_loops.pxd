# The C types of `char_loops.py`.
cimport cython

ctypedef unsigned char Mark

cdef unsigned int _SPACE
cdef double _TALL, _TOO_HIGH, _LEAST_SIZE, _MOST_SIZE, _SMALLEST, _FAR, _TINY, _SPOTS, _APART
cdef double _SAME_LINE, _OVER, _WORD_GAP, _WIDE_GAP, _THIN, _STROKED
cdef unsigned int _FIRST_RADICAL, _LAST_RADICAL, _FIRST_SURROGATE, _LAST_SURROGATE, _LAST_CODE

@cython.locals(n=Py_ssize_t, count=Py_ssize_t)
cpdef Py_ssize_t begins(const long long[::1] numbers, long long[::1] first) except -1

@cython.locals(
    n=Py_ssize_t, a=double, b=double, c=double, d=double, e=double, f=double,
    left=double, right=double, high=double, low=double,
)
cpdef void move(const double[:, ::1] bounds, const double[::1] frame, double[:, ::1] places) except *

@cython.locals(n=Py_ssize_t, count=Py_ssize_t, string=Py_ssize_t, height=double)
cpdef Py_ssize_t find_too_high(
    const unsigned int[::1] code, const Mark[::1] added, const long long[::1] part, const double[::1] font,
    const double[:, ::1] places, long long[::1] found
) except -1

@cython.locals(n=Py_ssize_t, side=Py_ssize_t, far=Py_ssize_t, string=Py_ssize_t, height=double, own=double)
cpdef Py_ssize_t settle(
    const unsigned int[::1] code, const Mark[::1] added, const long long[::1] part, const double[::1] font,
    const double[:, ::1] places, double[::1] size, Mark[::1] kept
) except -1

@cython.locals(n=Py_ssize_t, count=Py_ssize_t, across=double, down=double)
cpdef Py_ssize_t spots(
    const unsigned int[::1] code, const Mark[::1] kept, const double[:, ::1] places, double shift, double[::1] found
) except -1

@cython.locals(n=Py_ssize_t)
cpdef bint has_equal(const double[::1] ordered) except -1

@cython.locals(n=Py_ssize_t, count=Py_ssize_t)
cpdef Py_ssize_t count_odd(const unsigned int[::1] code) except -1

@cython.locals(n=Py_ssize_t, along=Py_ssize_t, at=Py_ssize_t, wide=double, high=double)
cpdef void sort_paths(
    const long long[::1] segments, const long long[::1] fill, const long long[::1] stroke, const double[:, ::1] places,
    long long most, double[:, :, ::1] strips, long long[::1] rest, long long[::1] n_of
) except *

@cython.locals(n=Py_ssize_t, count=Py_ssize_t)
cpdef Py_ssize_t mark_unreadable(
    unsigned int[::1] code, const Mark[::1] unmapped, const Mark[::1] kept, unsigned int instead
) except -1

@cython.locals(n=Py_ssize_t, row=Py_ssize_t, col=Py_ssize_t)
cpdef void give_to_cells(
    const double[:, ::1] places, const double[::1] xs, const double[::1] ys, const long long[:, ::1] numbers,
    long long first, long long nowhere, long long[::1] owner
) except *

@cython.locals(low=Py_ssize_t, high=Py_ssize_t, at=Py_ssize_t)
cdef Py_ssize_t _last_at(const double[::1] edges, double value) except? -2

@cython.locals(n=Py_ssize_t, count=Py_ssize_t, known=Py_ssize_t)
cpdef Py_ssize_t mark_spaces(const unsigned int[::1] code, const Mark[::1] is_space, Mark[::1] white) except -1

@cython.locals(
    n=Py_ssize_t, at=Py_ssize_t, number=Py_ssize_t, band_top=double, band_bottom=double, high=double, low=double,
    shared=double, height=double, band=double,
)
cpdef Py_ssize_t number_lines(
    const long long[::1] order, const long long[::1] owner, const double[::1] top, const double[::1] bottom,
    long long[::1] line, long long[::1] line_owner, double[:, ::1] bands
) except -1

@cython.locals(
    n=Py_ssize_t, lines=Py_ssize_t, count=Py_ssize_t, low=Py_ssize_t, high=Py_ssize_t, at=Py_ssize_t,
    middle=double, wanted=double,
)
cpdef Py_ssize_t place_spaces(
    const Mark[::1] white, const long long[::1] owner, const double[::1] top, const double[::1] bottom,
    long long[::1] line, const long long[::1] line_owner, const double[:, :] bands, double[::1] ends,
    long long[::1] found
) except -1

@cython.locals(n=Py_ssize_t, count=Py_ssize_t)
cpdef Py_ssize_t count_crowded(const long long[::1] line, const double[::1] x0, const double[::1] x1) except -1

@cython.locals(n=Py_ssize_t, count=Py_ssize_t, number=Py_ssize_t, is_first=bint, gap=double, least=double)
cpdef Py_ssize_t measure(
    const long long[::1] line, const Mark[::1] white, const unsigned int[::1] code, const double[::1] x0,
    const double[::1] top, const double[::1] x1, const double[::1] bottom, const double[::1] size,
    const double[::1] rounded, Mark[::1] spaced, unsigned int[::1] printed, long long[:, ::1] lines,
    double[:, ::1] extents
) except -1

cdef bint _is_latin(unsigned int code)
