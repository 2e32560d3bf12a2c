# cython: language_level=3, boundscheck=True, wraparound=False
"""pdfium asked about all characters or objects of a page in one call: the loops of `pdfium_calls`, compiled.

Optional: where it is not built, `pdfium_calls` asks one by one, with the same answers. It links to nothing; `connect`
is given the addresses of pdfium's functions in the library that pypdfium2 has loaded. Arrays are filled in place and
must be as long as what is asked about.
"""

cdef struct Matrix:
    float a
    float b
    float c
    float d
    float e
    float f

ctypedef unsigned int (*_unicode)(void *, int) noexcept nogil
ctypedef int (*_flag)(void *, int) noexcept nogil
ctypedef int (*_box)(void *, int, float *) noexcept nogil
ctypedef void *(*_nth)(void *, int) noexcept nogil
ctypedef void *(*_nth_long)(void *, unsigned long) noexcept nogil
ctypedef int (*_int_of)(void *) noexcept nogil
ctypedef void *(*_of)(void *) noexcept nogil
ctypedef int (*_bounds)(void *, float *, float *, float *, float *) noexcept nogil
ctypedef int (*_int_of_nth)(void *, int) noexcept nogil
ctypedef void *(*_nth_of_nth)(void *, int, int) noexcept nogil
ctypedef int (*_modes)(void *, int *, int *) noexcept nogil
ctypedef int (*_point)(void *, float *, float *) noexcept nogil
ctypedef double (*_double)(void *, int) noexcept nogil
ctypedef int (*_set_int)(void *, int) noexcept nogil
ctypedef int (*_set_float)(void *, float) noexcept nogil
ctypedef void (*_apply)(void *, double, double, double, double, double, double) noexcept nogil
ctypedef float (*_float)(void *, int) noexcept nogil
ctypedef int (*_matrix)(void *, int, Matrix *) noexcept nogil
ctypedef int (*_origin)(void *, int, double *, double *) noexcept nogil

cdef _unicode get_unicode
cdef _flag is_generated
cdef _flag has_map_error
cdef _box get_loose_box
cdef _nth get_text_object
cdef _nth get_page_object
cdef _nth_long get_form_object
cdef _int_of get_type
cdef _bounds get_bounds
cdef _of get_clip_path
cdef _int_of count_clip_paths
cdef _int_of_nth count_clip_segments
cdef _nth_of_nth get_clip_segment
cdef _int_of count_segments
cdef _modes get_draw_mode
cdef _nth get_segment
cdef _int_of get_segment_type
cdef _int_of get_segment_close
cdef _point get_point
cdef _double get_font_size
cdef _matrix get_matrix
cdef _origin get_origin
cdef _float get_angle
cdef _of get_font
cdef _int_of is_embedded
cdef _set_int set_render_mode
cdef _set_float set_stroke_width
cdef _apply transform


def connect(dict at):
    """Addresses of pdfium's functions by their names."""
    global get_unicode, is_generated, has_map_error, get_loose_box, get_text_object, get_page_object, get_form_object
    global get_type, get_bounds, get_clip_path, count_clip_paths, get_clip_segment, count_segments, get_draw_mode
    global get_segment, get_segment_type, get_segment_close, get_point, get_font_size, get_matrix, get_origin
    global count_clip_segments, get_angle, get_font, is_embedded, set_render_mode, set_stroke_width, transform
    get_unicode = <_unicode><size_t>at["FPDFText_GetUnicode"]
    is_generated = <_flag><size_t>at["FPDFText_IsGenerated"]
    has_map_error = <_flag><size_t>at["FPDFText_HasUnicodeMapError"]
    get_loose_box = <_box><size_t>at["FPDFText_GetLooseCharBox"]
    get_text_object = <_nth><size_t>at["FPDFText_GetTextObject"]
    get_page_object = <_nth><size_t>at["FPDFPage_GetObject"]
    get_form_object = <_nth_long><size_t>at["FPDFFormObj_GetObject"]
    get_type = <_int_of><size_t>at["FPDFPageObj_GetType"]
    get_bounds = <_bounds><size_t>at["FPDFPageObj_GetBounds"]
    get_clip_path = <_of><size_t>at["FPDFPageObj_GetClipPath"]
    count_clip_paths = <_int_of><size_t>at["FPDFClipPath_CountPaths"]
    get_clip_segment = <_nth_of_nth><size_t>at["FPDFClipPath_GetPathSegment"]
    count_segments = <_int_of><size_t>at["FPDFPath_CountSegments"]
    get_draw_mode = <_modes><size_t>at["FPDFPath_GetDrawMode"]
    get_segment = <_nth><size_t>at["FPDFPath_GetPathSegment"]
    get_segment_type = <_int_of><size_t>at["FPDFPathSegment_GetType"]
    get_segment_close = <_int_of><size_t>at["FPDFPathSegment_GetClose"]
    get_point = <_point><size_t>at["FPDFPathSegment_GetPoint"]
    get_font_size = <_double><size_t>at["FPDFText_GetFontSize"]
    get_matrix = <_matrix><size_t>at["FPDFText_GetMatrix"]
    get_origin = <_origin><size_t>at["FPDFText_GetCharOrigin"]
    count_clip_segments = <_int_of_nth><size_t>at["FPDFClipPath_CountPathSegments"]
    get_angle = <_float><size_t>at["FPDFText_GetCharAngle"]
    get_font = <_of><size_t>at["FPDFTextObj_GetFont"]
    is_embedded = <_int_of><size_t>at["FPDFFont_GetIsEmbedded"]
    set_render_mode = <_set_int><size_t>at["FPDFTextObj_SetTextRenderMode"]
    set_stroke_width = <_set_float><size_t>at["FPDFPageObj_SetStrokeWidth"]
    transform = <_apply><size_t>at["FPDFPageObj_Transform"]


def fill_chars(size_t text_page, unsigned int[::1] code, double[:, ::1] box, long long[::1] part,
               unsigned char[::1] added, unsigned char[::1] unmapped):
    cdef Py_ssize_t n, side
    cdef float sides[4]
    cdef void *page = <void *>text_page
    for n in range(code.shape[0]):
        code[n] = get_unicode(page, <int>n)
        sides[0] = sides[1] = sides[2] = sides[3] = 0
        get_loose_box(page, <int>n, sides)
        for side in range(4):
            box[n, side] = sides[side]
        part[n] = <long long><size_t>get_text_object(page, <int>n)
        added[n] = is_generated(page, <int>n) == 1
        unmapped[n] = has_map_error(page, <int>n) == 1


def fill_sizes(size_t text_page, long long[::1] index, double[::1] size, float[:, ::1] matrix):
    cdef Py_ssize_t n
    cdef void *page = <void *>text_page
    for n in range(index.shape[0]):
        get_matrix(page, <int>index[n], <Matrix *>&matrix[n, 0])
        size[n] = get_font_size(page, <int>index[n])


def fill_origins(size_t text_page, long long[::1] index, double[:, ::1] origin):
    cdef Py_ssize_t n
    for n in range(index.shape[0]):
        get_origin(<void *>text_page, <int>index[n], &origin[n, 0], &origin[n, 1])


def fill_angles(size_t text_page, long long[::1] index, double[::1] angle):
    cdef Py_ssize_t n
    for n in range(index.shape[0]):
        angle[n] = get_angle(<void *>text_page, <int>index[n])


def fill_objects(size_t holder, bint in_form, long long[::1] handle, long long[::1] kind, double[:, ::1] bounds):
    cdef Py_ssize_t n
    cdef void *found
    cdef float left, bottom, right, top
    for n in range(handle.shape[0]):
        if in_form:
            found = get_form_object(<void *>holder, <unsigned long>n)
        else:
            found = get_page_object(<void *>holder, <int>n)
        handle[n] = <long long><size_t>found
        if found != NULL:
            kind[n] = get_type(found)
            left = bottom = right = top = 0
            get_bounds(found, &left, &bottom, &right, &top)
            bounds[n, 0], bounds[n, 1], bounds[n, 2], bounds[n, 3] = left, top, right, bottom


def stroke(long long[::1] text, int mode, float width):
    cdef Py_ssize_t n
    cdef void *obj
    for n in range(text.shape[0]):
        obj = <void *><size_t>text[n]
        if is_embedded(get_font(obj)) == 0:
            set_render_mode(obj, mode)
            set_stroke_width(obj, width)
            transform(obj, 1, 0, 0, 1, 0, 0)


def fill_clips(long long[::1] obj, double[:, ::1] seen):
    cdef Py_ssize_t n, same, side
    cdef void *clip
    cdef int count
    cdef size_t last
    cdef dict known = {}
    for n in range(obj.shape[0]):
        clip = get_clip_path(<void *><size_t>obj[n])
        count = count_clip_paths(clip) if clip != NULL else 0
        if count < 1:
            continue
        last = <size_t>get_clip_segment(clip, count - 1, 0)
        same = known.setdefault((count, last), n) if last else n
        if same == n:
            _measure_clip(clip, count, &seen[n, 0])
        else:
            for side in range(4):
                seen[n, side] = seen[same, side]


cdef void _measure_clip(void *clip, int count, double *seen) noexcept:
    """seen: left, top, right, bottom of what all paths together leave to be seen."""
    cdef int path, n, points
    cdef void *segment
    cdef float x, y
    cdef double left = 0, top = 0, right = 0, bottom = 0
    for path in range(count):
        points = count_clip_segments(clip, path)
        for n in range(points):
            segment = get_clip_segment(clip, path, n)
            x = y = 0
            get_point(segment, &x, &y)
            if n == 0:
                left = right = x
                top = bottom = y
            left, right = min(left, <double>x), max(right, <double>x)
            bottom, top = min(bottom, <double>y), max(top, <double>y)
        if points > 0:
            seen[0], seen[3] = max(seen[0], left), max(seen[3], bottom)
            seen[2], seen[1] = min(seen[2], right), min(seen[1], top)


def fill_paths(long long[::1] path, long long[::1] segments, long long[::1] fill, long long[::1] stroke):
    cdef Py_ssize_t n
    cdef int is_filled, is_stroked
    for n in range(path.shape[0]):
        segments[n] = count_segments(<void *><size_t>path[n])
        is_filled = is_stroked = 0
        get_draw_mode(<void *><size_t>path[n], &is_filled, &is_stroked)
        fill[n], stroke[n] = is_filled, is_stroked


def fill_segments(size_t path, int[::1] kind, int[::1] closes, float[:, ::1] point):
    cdef Py_ssize_t n
    cdef void *segment
    for n in range(kind.shape[0]):
        segment = get_segment(<void *>path, <int>n)
        kind[n] = get_segment_type(segment)
        closes[n] = get_segment_close(segment)
        get_point(segment, &point[n, 0], &point[n, 1])
