/* A dictionary of terms with their postings, as it is written: front-coded, in blocks. */
#include "dictionary.h"

void dictionary_add(dictionary *d, const uint8_t *term, size_t size, const uint32_t *docs,
                    const uint8_t *codes, size_t df, norms n)
{
    size_t shared = 0;
    if (d->count % DICT_BLOCK == 0) {
        uint64_t entry[INDEX_ENTRY] = {d->postings.size, d->terms.size, term_prefix(term, size)};
        buffer_bytes(&d->index, entry, sizeof entry);
    } else {
        size_t most = size < d->previous_size ? size : d->previous_size;
        while (shared < most && term[shared] == d->previous[shared])
            shared++;
    }
    size_t start = d->postings.size;
    encode_list(&d->postings, docs, codes, df, n);
    buffer_varint(&d->terms, (uint32_t)shared);
    buffer_varint(&d->terms, (uint32_t)(size - shared));
    buffer_bytes(&d->terms, term + shared, size - shared);
    buffer_varint(&d->terms, (uint32_t)df);
    buffer_varint(&d->terms, (uint32_t)(d->postings.size - start));
    buffer keep = {d->previous, 0, d->previous_capacity, 0};
    buffer_bytes(&keep, term, size);
    d->terms.failed |= keep.failed;
    d->previous = keep.data;
    d->previous_capacity = keep.capacity;
    d->previous_size = keep.size;
    d->count++;
}

int dictionary_failed(const dictionary *d)
{
    return d->terms.failed | d->index.failed | d->postings.failed;
}

void dictionary_free(dictionary *d)
{
    free(d->terms.data);
    free(d->index.data);
    free(d->postings.data);
    free(d->previous);
}

PyObject *dictionary_result(dictionary *d, const buffer *lengths)
{
    if (dictionary_failed(d) || lengths->failed)
        return PyErr_NoMemory();
    return Py_BuildValue("(NNNNI)", bytes_of(&d->terms), bytes_of(&d->index),
                         bytes_of(&d->postings), bytes_of(lengths), d->count);
}
