package dev.luthier.data;

/**
 * A range of a text.
 *
 * @param start the first UTF-16 char
 * @param end behind the last
 */
record Span(int start, int end) {
  boolean isEmpty() {
    return end <= start;
  }

  boolean overlaps(int from, int to) {
    return to > start && from < end;
  }
}
